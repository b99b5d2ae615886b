using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>The image half of CLIP: a vision transformer with one more norm in front.</summary>
internal sealed class ClipVisionEncoder
{
    private readonly ComputeContext _context;
    private readonly int _patch;
    private readonly int _imageSize;
    private readonly int _channels;
    private readonly float _epsilon;
    private readonly Tensor _classToken;
    private readonly Tensor _positions;
    private readonly Tensor _projection;
    private readonly Tensor[] _firstNorm;
    private readonly Tensor[] _lastNorm;
    private readonly PreNormStack _blocks;

    public ClipVisionEncoder(WeightReader weights, ModelConfig config, string prefix)
    {
        _context = weights.Context;
        PreNormSizes sizes = PreNormSizes.Read(config, "quick_gelu", 1e-5);
        Width = sizes.Width;
        _epsilon = sizes.Epsilon;
        _patch = config.Size("patch_size", 32);
        _imageSize = config.Size("image_size", 224);
        _channels = config.Size("num_channels", 3);
        int patches = _imageSize / _patch * (_imageSize / _patch);
        _classToken = weights.Take(prefix + "embeddings.class_embedding", Width);
        _projection = weights.Take(prefix + "embeddings.patch_embedding.weight", Width, _channels, _patch, _patch);
        _positions = weights.Take(prefix + "embeddings.position_embedding.weight", patches + 1, Width);

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
        if (pixels.Size(1) != _channels || pixels.Size(2) != _imageSize || pixels.Size(3) != _imageSize)
        {
            throw new ModelException(
                ModelError.InvalidInput,
                $"The model takes images of {_channels} x {_imageSize} x {_imageSize}, not pixel_values of shape {pixels.Shape}; resize them first.")
            {
                Tensor = "pixel_values",
            };
        }

        Tensor patches = pixels.Patches(_patch).Linear(_projection.Reshape(Width, -1));
        Tensor first = _context.Zeros(pixels.Size(0), 1, Width).Add(_classToken);
        Tensor x = ShapeOperations.Concatenate(1, first, patches).Add(_positions).LayerNorm(_firstNorm[0], _firstNorm[1], _epsilon);
        x = _blocks.Run(x, new AttentionOptions(), prefix, outputs, runBlock);
        Tensor token = x.Slice(1, 0, 1).Reshape(x.Size(0), Width);
        return (x, token.LayerNorm(_lastNorm[0], _lastNorm[1], _epsilon));
    }
}
