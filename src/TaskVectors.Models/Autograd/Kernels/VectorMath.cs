using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>
/// Elementary functions of eight F32 numbers at a time, within 2 units in the last place. Always eight lanes, on processors of narrower
/// vectors too, so that sums built on them have one order everywhere. Polynomials interpolate at Chebyshev nodes.
/// </summary>
internal static class VectorMath
{
    public const int Lanes = 8;

    private const float LargestExponent = 88.72283f;
    private const float SmallestExponent = -87.33654f;
    private const float RoundingShift = 12582912f;
    private const int FractionBits = 23;

    /// <summary>e^x; 0 below the range of normal numbers, infinity above it, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // x = n ln 2 + r with |r| <= ln 2 / 2. Adding 1.5 2^23 makes the adder round to the whole number n and leaves it in the low bits.
        Vector256<float> shifted = Vector256.FusedMultiplyAdd(x, Vector256.Create(1.44269504f), Vector256.Create(RoundingShift));
        Vector256<float> n = shifted - Vector256.Create(RoundingShift);

        // ln 2 in two parts, the first of which n multiplies exactly.
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        Vector256<float> p = Vector256.Create(0.0013941110370662426f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.008375127947661098f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.04166635287353808f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.16666415496041742f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.500000004712293f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);

        // Times 2^n: n is added to the exponent, which stays in its field for all x that the bounds let pass.
        p = (p.AsInt32() + (shifted.AsInt32() << FractionBits)).AsSingle();
        p = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(SmallestExponent)), Vector256<float>.Zero, p);
        p = Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256.Create(LargestExponent)), Vector256.Create(float.PositiveInfinity), p);
        return Vector256.ConditionalSelect(Vector256.Equals(x, x), p, x);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + Exp(-x));

    /// <summary>The hyperbolic tangent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        Vector256<float> magnitude = Vector256.Abs(x);
        Vector256<float> s = x * x;
        Vector256<float> p = Vector256.Create(0.0020434082054252736f);
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(-0.00806361151428453f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(0.021651907879125902f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(-0.0539370737332394f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(0.1333311764025536f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(-0.3333332768825526f));
        Vector256<float> small = Vector256.FusedMultiplyAdd(p * s, x, x);
        Vector256<float> large = Vector256<float>.One - (Vector256.Create(2f) / (Exp(magnitude + magnitude) + Vector256<float>.One));
        large = WithSign(large, x);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(0.65f)), small, large);
    }

    /// <summary>
    /// The share of a standard normal distribution below x, (1 + erf(x / sqrt 2)) / 2, to 2e-7. It is made of <paramref name="bell"/> = e^(-x^2 / 2), which its
    /// derivative needs too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NormalShare(Vector256<float> x, out Vector256<float> bell)
    {
        // The tail beyond |x| is the bell times a function that falls like 1 / |x|: a polynomial of u without a constant.
        Vector256<float> u = Vector256<float>.One / Vector256.FusedMultiplyAdd(Vector256.Create(0.34f), Vector256.Abs(x), Vector256<float>.One);
        Vector256<float> p = Vector256.Create(-0.02642093040049076f);
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(0.14091037213802338f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(-0.2759366035461426f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(0.20525316894054413f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(-0.0467383936047554f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(0.1161738932132721f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(0.11500150710344315f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(0.13613790273666382f));
        p = Vector256.FusedMultiplyAdd(p, u, Vector256.Create(0.13561910390853882f));
        bell = Exp(x * x * Vector256.Create(-0.5f));
        Vector256<float> tail = bell * (p * u);
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256<float>.One - tail);
    }

    /// <summary>The sum of the lanes, in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> x)
    {
        Vector128<float> four = x.GetLower() + x.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>The largest lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> x)
    {
        Vector128<float> four = Vector128.Max(x.GetLower(), x.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WithSign(Vector256<float> magnitude, Vector256<float> sign) =>
        magnitude | (sign & Vector256.Create(-0f));
}
