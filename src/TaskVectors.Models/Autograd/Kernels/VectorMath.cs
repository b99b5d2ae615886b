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

    /// <summary>e^x; 0 below the range of normal numbers, infinity above it, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, the first of which n multiplies exactly.
        Vector256<float> n = Vector256.Round(x * Vector256.Create(1.44269504f));
        Vector256<float> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        Vector256<float> p = Vector256.Create(0.0013941110370662426f);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.008375127947661098f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.04166635287353808f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.16666415496041742f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.500000004712293f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);

        // 2^n in two factors: n = 128 has no representation as one.
        Vector256<int> exponent = Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(n, Vector256.Create(-126f)), Vector256.Create(128f)));
        Vector256<int> half = exponent >> 1;
        p = p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
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

    /// <summary>The error function 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Erf(Vector256<float> x)
    {
        Vector256<float> magnitude = Vector256.Abs(x);
        Vector256<float> s = x * x;
        Vector256<float> p = Vector256.Create(-9.667045787864481e-06f);
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(0.00011265959395245773f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(-0.0008484080444901565f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(0.0052210318093735f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(-0.026865430727577078f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(0.11283782495218742f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(-0.37612638468025705f));
        p = Vector256.FusedMultiplyAdd(p, s, Vector256.Create(1.1283791670615424f));
        Vector256<float> small = p * x;

        // From 1 on, erf = 1 - e^-q with q = -ln erfc; beyond 4 it is 1 in F32.
        Vector256<float> t = Vector256.Min(magnitude, Vector256.Create(4f));
        Vector256<float> q = Vector256.Create(-1.6371514135218746e-06f);
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(4.6058042677027065e-05f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-0.0005968056256418626f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.00475959629360471f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-0.02642113600793558f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.11008009895528207f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.6318260515495314f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(1.1302334488493244f));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(-0.0003201380519176993f));
        Vector256<float> large = WithSign(Vector256<float>.One - Exp(-q), x);
        large = Vector256.ConditionalSelect(Vector256.Equals(x, x), large, x);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256<float>.One), small, large);
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
    private static Vector256<float> PowerOfTwo(Vector256<int> exponent) => ((exponent + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WithSign(Vector256<float> magnitude, Vector256<float> sign) =>
        magnitude | (sign & Vector256.Create(-0f));
}
