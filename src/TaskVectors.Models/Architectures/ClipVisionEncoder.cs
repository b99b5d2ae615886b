using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>The image half of CLIP: a vision transformer with one more norm in front.</summary>
internal sealed class ClipVisionEncoder
{
    private readonly float _epsilon;
    private readonly PatchEmbedding _embedding;
    private readonly Tensor[] _firstNorm;
    private readonly Tensor[] _lastNorm;
    private readonly PreNormStack _blocks;

    public ClipVisionEncoder(WeightReader weights, ModelConfig config, string prefix)
    {
        PreNormSizes sizes = PreNormSizes.Read(config, "quick_gelu", 1e-5);
        Width = sizes.Width;
        _epsilon = sizes.Epsilon;
        PatchSizes patches = PatchSizes.Read(config, 32);
        _embedding = new PatchEmbedding(
            weights.Context,
            patches,
            classToken: weights.Take(prefix + "embeddings.class_embedding", Width),
            weight: weights.Take(prefix + "embeddings.patch_embedding.weight", Width, patches.Channels, patches.Patch, patches.Patch),
            positions: weights.Take(prefix + "embeddings.position_embedding.weight", patches.Count + 1, Width));

        // The misspelling is that of all published checkpoints.
        _firstNorm = [weights.Take(prefix + "pre_layrnorm.weight", Width), weights.Take(prefix + "pre_layrnorm.bias", Width)];
        _blocks = new PreNormStack(Enumerable.Range(0, config.Size("num_hidden_layers")).Select(i => new PreNormBlock(weights, ClipNames.Of($"{prefix}encoder.layers.{i}."), sizes)));
        _lastNorm = [weights.Take(prefix + "post_layernorm.weight", Width), weights.Take(prefix + "post_layernorm.bias", Width)];
    }

    public int Width { get; }

    /// <summary>The states before the last norm, and the first of them after it.</summary>
    /// <exception cref="ModelException">The images have another size.</exception>
    public (Tensor States, Tensor Pooled) Encode(Tensor pixels, string prefix, ModelOutputs? outputs, Func<Tensor, bool, Func<Tensor, Tensor>, Tensor> runBlock)
    {
        Tensor x = _embedding.Apply(pixels).LayerNorm(_firstNorm[0], _firstNorm[1], _epsilon);
        x = _blocks.Run(x, new AttentionOptions(), prefix, outputs, runBlock);
        return (x, PatchEmbedding.ClassToken(x).LayerNorm(_lastNorm[0], _lastNorm[1], _epsilon));
    }
}
