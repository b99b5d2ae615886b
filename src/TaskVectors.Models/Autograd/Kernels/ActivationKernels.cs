namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>The kernels behind <see cref="Activation"/>.</summary>
internal static class ActivationKernels
{
    /// <summary>y = f(x); y may be x.</summary>
    public static void Apply(Activation activation, ReadOnlySpan<float> x, Span<float> y)
    {
        switch (activation)
        {
            case Activation.GeluExact: Elementwise.Map<GeluExactKernel>(x, y); break;
            case Activation.GeluTanh: Elementwise.Map<GeluTanhKernel>(x, y); break;
            case Activation.GeluQuick: Elementwise.Map<GeluQuickKernel>(x, y); break;
            case Activation.Silu: Elementwise.Map<SiluKernel>(x, y); break;
            case Activation.Relu: Elementwise.Map<ReluKernel>(x, y); break;
            case Activation.Tanh: Elementwise.Map<TanhKernel>(x, y); break;
            case Activation.Sigmoid: Elementwise.Map<SigmoidKernel>(x, y); break;
            case Activation.Exp: Elementwise.Map<ExpKernel>(x, y); break;
            case Activation.Log: Elementwise.Map<LogKernel>(x, y); break;
            case Activation.SquareRoot: Elementwise.Map<SquareRootKernel>(x, y); break;
            case Activation.None: x.CopyTo(y); break;
            default: throw Unknown(activation);
        }
    }

    /// <summary>dx = or += f'(x) dy; dx may be dy.</summary>
    public static void Backward(Activation activation, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate)
    {
        switch (activation)
        {
            case Activation.GeluExact: Elementwise.MapGradient<GeluExactKernel>(x, dy, dx, accumulate); break;
            case Activation.GeluTanh: Elementwise.MapGradient<GeluTanhKernel>(x, dy, dx, accumulate); break;
            case Activation.GeluQuick: Elementwise.MapGradient<GeluQuickKernel>(x, dy, dx, accumulate); break;
            case Activation.Silu: Elementwise.MapGradient<SiluKernel>(x, dy, dx, accumulate); break;
            case Activation.Relu: Elementwise.MapGradient<ReluKernel>(x, dy, dx, accumulate); break;
            case Activation.Tanh: Elementwise.MapGradient<TanhKernel>(x, dy, dx, accumulate); break;
            case Activation.Sigmoid: Elementwise.MapGradient<SigmoidKernel>(x, dy, dx, accumulate); break;
            case Activation.Exp: Elementwise.MapGradient<ExpKernel>(x, dy, dx, accumulate); break;
            case Activation.Log: Elementwise.MapGradient<LogKernel>(x, dy, dx, accumulate); break;
            case Activation.SquareRoot: Elementwise.MapGradient<SquareRootKernel>(x, dy, dx, accumulate); break;
            case Activation.None when accumulate: Elementwise.Add(dy, dx); break;
            case Activation.None: dy.CopyTo(dx); break;
            default: throw Unknown(activation);
        }
    }

    private static ArgumentOutOfRangeException Unknown(Activation activation) => new(nameof(activation), activation, "Unknown activation.");
}
