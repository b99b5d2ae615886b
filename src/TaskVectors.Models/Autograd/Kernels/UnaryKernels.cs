using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>x / 2 (1 + erf(x / sqrt 2)): Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.</summary>
internal readonly struct GeluExactKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x * VectorMath.NormalShare(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x)
    {
        Vector256<float> share = VectorMath.NormalShare(x, out Vector256<float> bell);
        return Vector256.FusedMultiplyAdd(x, bell * Vector256.Create(0.39894228f), share);
    }
}

/// <summary>x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): the approximation of the same paper.</summary>
internal readonly struct GeluTanhKernel : IUnaryKernel
{
    private const float Root = 0.7978845608f;
    private const float Cubic = 0.044715f;

    // (1 + tanh u) / 2 is the logistic function of 2u.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x * VectorMath.Sigmoid(TwiceInner(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x)
    {
        Vector256<float> s = VectorMath.Sigmoid(TwiceInner(x));
        Vector256<float> inner = Vector256.FusedMultiplyAdd(x * x, Vector256.Create(6 * Root * Cubic), Vector256.Create(2 * Root));
        return Vector256.FusedMultiplyAdd(x * s * (Vector256<float>.One - s), inner, s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> TwiceInner(Vector256<float> x) =>
        x * Vector256.FusedMultiplyAdd(x * x, Vector256.Create(2 * Root * Cubic), Vector256.Create(2 * Root));
}

/// <summary>x times the logistic function of 1.702 x: the approximation that CLIP uses.</summary>
internal readonly struct GeluQuickKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x * VectorMath.Sigmoid(x * Vector256.Create(1.702f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x)
    {
        Vector256<float> s = VectorMath.Sigmoid(x * Vector256.Create(1.702f));
        return Vector256.FusedMultiplyAdd(x * Vector256.Create(1.702f) * s, Vector256<float>.One - s, s);
    }
}

/// <summary>x times the logistic function of x.</summary>
internal readonly struct SiluKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x * VectorMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x)
    {
        Vector256<float> s = VectorMath.Sigmoid(x);
        return Vector256.FusedMultiplyAdd(x * s, Vector256<float>.One - s, s);
    }
}

/// <summary>max(x, 0), with slope 0 at 0.</summary>
internal readonly struct ReluKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), Vector256<float>.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x) => Vector256.GreaterThan(x, Vector256<float>.Zero) & Vector256<float>.One;
}

/// <summary>The hyperbolic tangent.</summary>
internal readonly struct TanhKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => VectorMath.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x)
    {
        Vector256<float> t = VectorMath.Tanh(x);
        return Vector256<float>.One - (t * t);
    }
}

/// <summary>The logistic function.</summary>
internal readonly struct SigmoidKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => VectorMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x)
    {
        Vector256<float> s = VectorMath.Sigmoid(x);
        return s * (Vector256<float>.One - s);
    }
}

/// <summary>e^x.</summary>
internal readonly struct ExpKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => VectorMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x) => VectorMath.Exp(x);
}

/// <summary>The square root.</summary>
internal readonly struct SquareRootKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => Vector256.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x) => Vector256.Create(0.5f) / Vector256.Sqrt(x);
}

/// <summary>The natural logarithm.</summary>
internal readonly struct LogKernel : IUnaryKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => Vector256.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Slope(Vector256<float> x) => Vector256<float>.One / x;
}
