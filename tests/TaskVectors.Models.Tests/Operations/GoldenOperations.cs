using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>How each reference operation is called here.</summary>
internal static class GoldenOperations
{
    public static Tensor Run(string name, OperationInputs inputs) => name switch
    {
        "gelu_exact" => inputs["x"].Activate(Activation.GeluExact),
        "gelu_tanh" => inputs["x"].Activate(Activation.GeluTanh),
        "gelu_quick" => inputs["x"].Activate(Activation.GeluQuick),
        "silu" => inputs["x"].Activate(Activation.Silu),
        "relu" => inputs["x"].Activate(Activation.Relu),
        "tanh" => inputs["x"].Activate(Activation.Tanh),
        "sigmoid" => inputs["x"].Activate(Activation.Sigmoid),
        "softmax" => inputs["x"].SoftmaxLast(),
        "log_softmax" => inputs["x"].LogSoftmaxLast(),
        "softmax_dim1" => inputs["x"].Permute(0, 2, 1).SoftmaxLast().Permute(0, 2, 1),
        "rms_norm" => inputs["x"].RmsNorm(inputs["weight"], inputs.Number("eps")),
        "instance_norm" => inputs["x"].GroupNorm(3, inputs["weight"], inputs["bias"], inputs.Number("eps")),
        "batch_norm_eval" => inputs["x"].BatchNorm(inputs["mean"], inputs["var"], inputs["weight"], inputs["bias"], inputs.Number("eps")),
        "cross_entropy_weighted" => inputs["logits"].CrossEntropy(inputs.Indices("target"), classWeights: inputs["weight"]),
        "cross_entropy_soft" => inputs["logits"].CrossEntropy(inputs["target"]),
        "cross_entropy_2d" => inputs["logits"].Permute(0, 2, 1).CrossEntropy(inputs.Indices("target")),
        "bce_with_logits" => inputs["logits"].BinaryCrossEntropy(inputs["target"]),
        "mse" => inputs["x"].MeanSquaredError(inputs["y"]),
        "kl_div_batchmean" => inputs["logp"].KullbackLeibler(inputs["q"]),
        "rotary_half" => Rotary(inputs),
        "nearest_x2" => inputs["x"].Resize((10, 8), ResizeFilter.Nearest),
        "nearest_size" => inputs["x"].Resize(inputs.Pair("size", 0), ResizeFilter.Nearest),
        "nearest_exact_size" => inputs["x"].Resize(inputs.Pair("size", 0), ResizeFilter.NearestExact),
        "max_pool" or "max_pool_dilated" => inputs["x"].MaxPool(Window(inputs)),
        "adaptive_avg" => inputs["x"].AdaptiveAveragePool(inputs.Pair("size", 0)),
        "adaptive_max" => inputs["x"].AdaptiveMaxPool(inputs.Pair("size", 0)),
        "embedding" => inputs["weight"].Embed(inputs.Indices("ids")),
        "embedding_padding_idx" => inputs["weight"].Embed(inputs.Indices("ids"), inputs.Integer("padding_idx")),
        "linear" => inputs["x"].Linear(inputs["weight"], inputs["bias"]),
        "matmul_broadcast" => inputs["a"].MatrixMultiply(inputs["b"]),
        "broadcast_mul_add" => inputs["a"].Multiply(inputs["b"]).Add(inputs["c"]),
        "divide_broadcast" => inputs["a"].Divide(inputs["b"]),
        "l2_normalize" => inputs["x"].NormalizeLast(inputs.Number("eps")),
        "var_unbiased" => inputs["x"].VarianceLast(),
        "max_reduce_ties" => inputs["x"].MaxLast(),
        "logsumexp" => inputs["x"].LogSumExpLast(),
        "gather" => inputs["x"].Gather(inputs.Indices("i")),
        "cumsum" => inputs["x"].CumulativeSumLast(),
        "swiglu" => inputs["gate"].Gate(inputs["up"], Activation.Silu),
        "geglu" => inputs["x"].Slice(-1, 5, 5).Gate(inputs["x"].Slice(-1, 0, 5), Activation.GeluExact),
        "conv2d_reflect_pad" => inputs["x"].Pad((2, 2, 2, 2), mirrored: true).Convolve(inputs["weight"], inputs["bias"]),
        "conv2d_asymmetric_pad" =>
            inputs["x"].Pad((0, 1, 0, 1)).Convolve(inputs["weight"], inputs["bias"], new ConvolutionOptions { Stride = (2, 2) }),
        "conv1d" => Convolution1(inputs),
        _ when name.StartsWith("layer_norm", StringComparison.Ordinal) =>
            inputs["x"].LayerNorm(inputs["weight"], inputs["bias"], inputs.Number("eps")),
        _ when name.StartsWith("group_norm", StringComparison.Ordinal) =>
            inputs["x"].GroupNorm(inputs.Integer("groups"), inputs["weight"], inputs["bias"], inputs.Number("eps")),
        _ when name.StartsWith("cross_entropy", StringComparison.Ordinal) => CrossEntropy(inputs),
        _ when name.StartsWith("attention", StringComparison.Ordinal) => Attention(name, inputs),
        _ when name.StartsWith("conv2d", StringComparison.Ordinal) =>
            inputs["x"].Convolve(inputs["weight"], inputs.Optional("bias"), Convolution(inputs)),
        _ when name.StartsWith("conv_transpose2d", StringComparison.Ordinal) =>
            inputs["x"].ConvolveTransposed(inputs["weight"], inputs["bias"], Convolution(inputs)),
        _ when name.StartsWith("bilinear", StringComparison.Ordinal) => Resize(name, inputs, ResizeFilter.Bilinear),
        _ when name.StartsWith("bicubic", StringComparison.Ordinal) => Resize(name, inputs, ResizeFilter.Bicubic),
        _ when name.StartsWith("avg_pool", StringComparison.Ordinal) => inputs["x"].AveragePool(
            Window(inputs), !name.EndsWith("excl", StringComparison.Ordinal)),
        _ when name.StartsWith("timestep", StringComparison.Ordinal) => inputs.Context.EmbedTimesteps(
            inputs["t"].Values, inputs.Integer("dim"), inputs.Flag("flip_sin_to_cos"), inputs.Number("downscale_freq_shift")),
        _ => throw new NotSupportedException($"No operation for the case {name}."),
    };

    private static Tensor CrossEntropy(OperationInputs inputs) => inputs["logits"].CrossEntropy(
        inputs.Indices("target"),
        inputs.Integer("ignore_index", -100),
        inputs.Number("label_smoothing"),
        inputs.Text("reduction") switch
        {
            "sum" => Reduction.Sum,
            "none" => Reduction.None,
            _ => Reduction.Mean,
        });

    private static Tensor Attention(string name, OperationInputs inputs)
    {
        Tensor output = AttentionOperations.Attend(Heads(inputs["q"]), Heads(inputs["k"]), Heads(inputs["v"]), new AttentionOptions
        {
            IsCausal = name.Contains("causal", StringComparison.Ordinal) || name.Contains("window", StringComparison.Ordinal),
            Window = inputs.Integer("window"),
            Scale = inputs.Number("scale") is > 0 and var scale ? scale : null,
            KeyMask = name == "attention_padding" ? inputs.Indices("mask") : null,
            Bias = name == "attention_bias" ? inputs["mask"] : null,
        });
        return output.Reshape(output.Size(0), output.Size(1), 4, 8).Permute(0, 2, 1, 3);
    }

    /// <summary>[batch, heads, n, size] as heads within [batch, n, heads * size].</summary>
    private static Heads Heads(Tensor x)
    {
        Tensor byTime = x.Permute(0, 2, 1, 3);
        return new Heads(byTime.Reshape(byTime.Size(0), byTime.Size(1), -1), x.Size(1), x.Size(3));
    }

    private static Tensor Rotary(OperationInputs inputs)
    {
        Tensor byTime = inputs["x"].Permute(0, 2, 1, 3);
        int size = byTime.Size(3);
        double[] frequencies = [.. Enumerable.Range(0, size / 2).Select(i => Math.Pow(inputs.Number("theta"), -2.0 * i / size))];
        Tensor turned = byTime.Reshape(byTime.Size(0), byTime.Size(1), -1).Rotate(inputs.Indices("pos"), frequencies);
        return turned.Reshape(byTime.Shape.Dimensions).Permute(0, 2, 1, 3);
    }

    private static ConvolutionOptions Convolution(OperationInputs inputs) => new()
    {
        Stride = inputs.Pair("stride", 1),
        Padding = inputs.Pair("padding", 0),
        Dilation = inputs.Pair("dilation", 1),
        OutputPadding = inputs.Pair("output_padding", 0),
        Groups = inputs.Integer("groups", 1),
    };

    private static Tensor Convolution1(OperationInputs inputs)
    {
        Tensor x = inputs["x"];
        Tensor weight = inputs["weight"];
        Tensor y = x.Reshape(x.Size(0), x.Size(1), 1, x.Size(2)).Convolve(
            weight.Reshape(weight.Size(0), weight.Size(1), 1, weight.Size(2)),
            inputs["bias"],
            new ConvolutionOptions { Stride = (1, inputs.Integer("stride")), Padding = (0, inputs.Integer("padding")), Groups = inputs.Integer("groups") });
        return y.Reshape(y.Size(0), y.Size(1), y.Size(3));
    }

    private static Tensor Resize(string name, OperationInputs inputs, ResizeFilter filter) => inputs["x"].Resize(
        inputs.Pair("size", 0), filter, inputs.Flag("align_corners"), name.EndsWith("antialias", StringComparison.Ordinal));

    private static PoolingWindow Window(OperationInputs inputs) => new(
        inputs.Integer("kernel"), inputs.Integer("stride"), inputs.Integer("padding"), inputs.Integer("dilation", 1), inputs.Flag("ceil_mode"));
}
