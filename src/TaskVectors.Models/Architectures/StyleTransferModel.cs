using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>
/// The feed-forward net of style transfer (Johnson, Alahi and Fei-Fei, "Perceptual Losses for Real-Time Style Transfer", 2016) with instance norms (Ulyanov,
/// Vedaldi and Lempitsky, 2016): it draws a picture in the one style it was trained on. Kernels are stored as [height, width, in, out], as TensorFlow has them.
/// </summary>
/// <remarks>
/// Inputs: <c>pixel_values</c> [batch, 3, height, width] from 0 to 255, height and width multiples of 4. Outputs: <c>image</c> of the same shape, to be
/// clipped to 0 ... 255.
/// </remarks>
public sealed class StyleTransferModel : Model
{
    /// <summary>The name under which checkpoints of this net are known, which have no <c>config.json</c>.</summary>
    public const string ArchitectureName = "StyleTransferNet";

    private const float Epsilon = 1e-3f;
    private const int Residuals = 5;

    private readonly Layer _first;
    private readonly Layer[] _down;
    private readonly (Layer First, Layer Second)[] _residuals;
    private readonly Layer[] _up;
    private readonly Layer _last;

    internal StyleTransferModel(WeightReader weights)
        : base(weights.Context, ArchitectureName)
    {
        _first = new Layer(weights, "conv1", 9, 3, 32);
        _down = [new Layer(weights, "conv2", 3, 32, 64), new Layer(weights, "conv3", 3, 64, 128)];
        _residuals = [.. Enumerable.Range(1, Residuals).Select(
            i => (new Layer(weights, $"res{i}.conv1", 3, 128, 128), new Layer(weights, $"res{i}.conv2", 3, 128, 128)))];
        _up = [new Layer(weights, "up1", 3, 128, 64, isTransposed: true), new Layer(weights, "up2", 3, 64, 32, isTransposed: true)];
        _last = new Layer(weights, "out", 9, 32, 3);
    }

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Tensor pixels = inputs.RequirePixels();
        if (pixels.Size(1) != 3 || pixels.Size(2) % 4 != 0 || pixels.Size(3) % 4 != 0)
        {
            throw InvalidInput("pixel_values", $"The net takes images of 3 channels whose sides are multiples of 4, not {pixels.Shape}.");
        }

        ModelOutputs outputs = new();
        Tensor x = Next(pixels, input => Convolve(input, _first, stride: 1).Activate(Activation.Relu), keepsInput: true);
        foreach (Layer layer in _down)
        {
            x = Next(x, input => Convolve(input, layer, stride: 2).Activate(Activation.Relu));
        }

        foreach ((Layer first, Layer second) in _residuals)
        {
            x = Next(x, input => Convolve(Convolve(input, first, stride: 1).Activate(Activation.Relu), second, stride: 1).Add(input));
        }

        foreach (Layer layer in _up)
        {
            x = Next(x, input => Enlarge(input, layer).Activate(Activation.Relu));
        }

        x = Next(x, input => Convolve(input, _last, stride: 1).Activate(Activation.Tanh).Scale(150).AddScalar(127.5f));
        _ = outputs.Add("image", x);
        return outputs;
    }

    /// <summary>Whether a checkpoint without a configuration holds this net.</summary>
    internal static bool Recognizes(WeightReader weights) => weights.Has("conv1.shift") && weights.Has("res5.conv2.scale") && weights.Has("up2.weight");

    private Tensor Next(Tensor x, Func<Tensor, Tensor> step, bool keepsInput = false) => RunBlock(x, keepsInput, step);

    /// <summary>A convolution whose output is the input divided by the stride; of an odd margin the larger half is at the right and at the bottom.</summary>
    private static Tensor Convolve(Tensor x, Layer layer, int stride)
    {
        int margin = layer.Kernel - stride;
        (int before, int after) = (margin / 2, margin - (margin / 2));
        Tensor padded = before == after ? x : x.Pad((before, after, before, after));
        int padding = before == after ? before : 0;
        ConvolutionOptions options = new() { Stride = (stride, stride), Padding = (padding, padding) };
        return padded.Convolve(layer.Weight.Permute(3, 2, 0, 1), null, options).GroupNorm(layer.Outputs, layer.Scale, layer.Shift, Epsilon);
    }

    private static Tensor Enlarge(Tensor x, Layer layer)
    {
        Tensor spread = x.ConvolveTransposed(layer.Weight.Permute(3, 2, 0, 1), null, new ConvolutionOptions { Stride = (2, 2) });
        return spread.Slice(2, 0, 2 * x.Size(2)).Slice(3, 0, 2 * x.Size(3)).GroupNorm(layer.Outputs, layer.Scale, layer.Shift, Epsilon);
    }

    private sealed class Layer(WeightReader weights, string name, int kernel, int inputs, int outputs, bool isTransposed = false)
    {
        public int Kernel => kernel;

        public int Outputs => outputs;

        public Tensor Weight { get; } = isTransposed
            ? weights.Take(name + ".weight", kernel, kernel, outputs, inputs)
            : weights.Take(name + ".weight", kernel, kernel, inputs, outputs);

        public Tensor Scale { get; } = weights.Take(name + ".scale", outputs);

        public Tensor Shift { get; } = weights.Take(name + ".shift", outputs);
    }
}
