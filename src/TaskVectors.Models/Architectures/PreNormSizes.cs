using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Architectures;

/// <summary>The sizes of a <see cref="PreNormBlock"/>.</summary>
internal sealed record PreNormSizes(int Width, int Inner, int Heads, float Epsilon, Activation Activation, bool HasProjectionBias = true)
{
    public static PreNormSizes Read(ModelConfig config, string defaultActivation, double defaultEpsilon, bool hasProjectionBias = true)
    {
        PreNormSizes sizes = new(
            config.Size("hidden_size"),
            config.Size("intermediate_size"),
            config.Size("num_attention_heads"),
            (float)config.Number("layer_norm_eps", defaultEpsilon),
            ActivationNames.Parse(config, "hidden_act", defaultActivation),
            hasProjectionBias);
        return sizes.Width % sizes.Heads == 0
            ? sizes
            : throw config.Error($"hidden_size {sizes.Width} is not a multiple of num_attention_heads {sizes.Heads}.");
    }
}
