using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>The vision transformer (Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021), as a classifier or as an encoder of images.</summary>
/// <remarks>
/// Inputs: <c>pixel_values</c>, <c>labels</c>. Outputs: <c>logits</c> and <c>loss</c> of a classifier; <c>last_hidden_state</c> after the last norm and
/// <c>class_token</c>, its first vector, of an encoder.
/// </remarks>
public sealed class VitModel : Model
{
    private readonly float _epsilon;
    private readonly PatchEmbedding _embedding;
    private readonly PreNormStack _blocks;
    private readonly Tensor[] _norm;
    private readonly Tensor[]? _classifier;

    internal VitModel(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        PreNormSizes sizes = PreNormSizes.Read(config, "gelu", 1e-12, config.Flag("qkv_bias", true));
        int width = sizes.Width;
        _epsilon = sizes.Epsilon;
        PatchSizes patches = PatchSizes.Read(config, 16);
        string prefix = weights.Prefix("vit.");
        string embeddings = prefix + "embeddings.";
        _embedding = new PatchEmbedding(
            Context,
            patches,
            weights.Take(embeddings + "cls_token", 1, 1, width),
            weights.Take(embeddings + "position_embeddings", 1, patches.Count + 1, width),
            weights.Take(embeddings + "patch_embeddings.projection.weight", width, patches.Channels, patches.Patch, patches.Patch),
            weights.Take(embeddings + "patch_embeddings.projection.bias", width));
        _blocks = new PreNormStack(Enumerable.Range(0, config.Size("num_hidden_layers")).Select(i => new PreNormBlock(weights, Names($"{prefix}encoder.layer.{i}."), sizes)));
        _norm = [weights.Take(prefix + "layernorm.weight", width), weights.Take(prefix + "layernorm.bias", width)];
        if (architecture == "ViTForImageClassification")
        {
            int classes = Math.Max(1, weights.SizeOf("classifier.weight", 0));
            _classifier = [weights.Take("classifier.weight", classes, width), weights.Take("classifier.bias", classes)];
        }
    }

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ModelOutputs outputs = new();
        Tensor states = Encode(inputs.RequirePixels(), inputs.WantsHiddenStates ? outputs : null);
        if (_classifier is null)
        {
            Tensor normal = outputs.Add("last_hidden_state", states.LayerNorm(_norm[0], _norm[1], _epsilon));
            _ = outputs.Add("class_token", PatchEmbedding.ClassToken(normal));
            return outputs;
        }

        // Only the first token is read, and norms treat tokens alike.
        Tensor logits = outputs.Add("logits", PatchEmbedding.ClassToken(states).LayerNorm(_norm[0], _norm[1], _epsilon).Linear(_classifier[0], _classifier[1]));
        if (inputs.Labels is not null)
        {
            _ = outputs.Add("loss", LossOf(logits, inputs.Labels));
        }

        return outputs;
    }

    /// <summary>The first vector after the last norm: what heads read.</summary>
    /// <param name="pixels">[batch, channels, size, size].</param>
    /// <returns>[batch, width].</returns>
    public Tensor EncodeImages(Tensor pixels) => PatchEmbedding.ClassToken(Encode(pixels, null)).LayerNorm(_norm[0], _norm[1], _epsilon);

    private static PreNormNames Names(string layer) => new(
        layer + "layernorm_before",
        layer + "attention.attention.query",
        layer + "attention.attention.key",
        layer + "attention.attention.value",
        layer + "attention.output.dense",
        layer + "layernorm_after",
        layer + "intermediate.dense",
        layer + "output.dense");

    private Tensor Encode(Tensor pixels, ModelOutputs? outputs) => _blocks.Run(_embedding.Apply(pixels), new AttentionOptions(), string.Empty, outputs, RunBlock);
}
