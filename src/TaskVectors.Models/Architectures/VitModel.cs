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
    private readonly int _patch;
    private readonly int _imageSize;
    private readonly int _channels;
    private readonly float _epsilon;
    private readonly Tensor _classToken;
    private readonly Tensor _positions;
    private readonly Tensor[] _projection;
    private readonly PreNormStack _blocks;
    private readonly Tensor[] _norm;
    private readonly Tensor[]? _classifier;

    internal VitModel(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        PreNormSizes sizes = PreNormSizes.Read(config, "gelu", 1e-12, config.Flag("qkv_bias", true));
        int width = sizes.Width;
        _epsilon = sizes.Epsilon;
        _patch = config.Size("patch_size", 16);
        _imageSize = config.Size("image_size", 224);
        _channels = config.Size("num_channels", 3);
        int patches = _imageSize / _patch * (_imageSize / _patch);
        string prefix = weights.Prefix("vit.");
        string embeddings = prefix + "embeddings.";
        _classToken = weights.Take(embeddings + "cls_token", 1, 1, width);
        _positions = weights.Take(embeddings + "position_embeddings", 1, patches + 1, width);
        _projection =
        [
            weights.Take(embeddings + "patch_embeddings.projection.weight", width, _channels, _patch, _patch),
            weights.Take(embeddings + "patch_embeddings.projection.bias", width),
        ];
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
            _ = outputs.Add("class_token", First(normal));
            return outputs;
        }

        // Only the first token is read, and norms treat tokens alike.
        Tensor logits = outputs.Add("logits", First(states).LayerNorm(_norm[0], _norm[1], _epsilon).Linear(_classifier[0], _classifier[1]));
        if (inputs.Labels is not null)
        {
            _ = outputs.Add("loss", LossOf(logits, inputs.Labels));
        }

        return outputs;
    }

    /// <summary>The first vector after the last norm: what heads read.</summary>
    /// <param name="pixels">[batch, channels, size, size].</param>
    /// <returns>[batch, width].</returns>
    public Tensor EncodeImages(Tensor pixels) => First(Encode(pixels, null)).LayerNorm(_norm[0], _norm[1], _epsilon);

    private static Tensor First(Tensor states) => states.Slice(1, 0, 1).Reshape(states.Size(0), states.Size(2));

    private static PreNormNames Names(string layer) => new(
        layer + "layernorm_before",
        layer + "attention.attention.query",
        layer + "attention.attention.key",
        layer + "attention.attention.value",
        layer + "attention.output.dense",
        layer + "layernorm_after",
        layer + "intermediate.dense",
        layer + "output.dense");

    private Tensor Encode(Tensor pixels, ModelOutputs? outputs)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Rank != 4 || pixels.Size(1) != _channels || pixels.Size(2) != _imageSize || pixels.Size(3) != _imageSize)
        {
            throw InvalidInput(
                "pixel_values", $"The model takes images of {_channels} x {_imageSize} x {_imageSize}, not pixel_values of shape {pixels.Shape}; resize them first.");
        }

        int width = _classToken.Size(2);
        Tensor patches = pixels.Patches(_patch).Linear(_projection[0].Reshape(width, -1), _projection[1]);
        Tensor first = Context.Zeros(pixels.Size(0), 1, width).Add(_classToken);
        Tensor x = ShapeOperations.Concatenate(1, first, patches).Add(_positions);
        return _blocks.Run(x, new AttentionOptions(), string.Empty, outputs, RunBlock);
    }
}
