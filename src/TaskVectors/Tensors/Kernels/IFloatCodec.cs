using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>How one element type is read and written: one element at a time, or eight. All that kernels know of a type.</summary>
/// <typeparam name="TBits">The unsigned integer as wide as an element.</typeparam>
internal interface IFloatCodec<TBits>
    where TBits : unmanaged
{
    /// <summary>Whether every binary64 number can be written as it is.</summary>
    static abstract bool HoldsEveryDouble { get; }

    /// <summary>The largest finite value.</summary>
    static abstract double LargestFinite { get; }

    /// <summary>The smallest magnitude that rounds beyond <see cref="LargestFinite"/>; infinity if there is none.</summary>
    static abstract double OverflowThreshold { get; }

    /// <summary>The value of a code, exactly.</summary>
    static abstract double Decode(TBits code);

    /// <summary>The value of a code, rounded to nearest even if binary32 does not hold it.</summary>
    static abstract float DecodeSingle(TBits code);

    /// <summary>The code of any number, rounded to nearest even.</summary>
    static abstract TBits Encode(double value);

    /// <summary>The code of a number of at most <see cref="LargestFinite"/>, rounded stochastically with 64 random bits.</summary>
    static abstract TBits EncodeStochastic(double value, ulong random);

    /// <summary>Whether a code stands for NaN.</summary>
    static abstract bool IsNaN(TBits code);

    /// <summary>Eight values of <see cref="Decode"/> from the codes that start at <paramref name="source"/>.</summary>
    static abstract (Vector256<double> Lower, Vector256<double> Upper) Decode8(ref readonly byte source);

    /// <summary>Eight values of <see cref="DecodeSingle"/> from the codes that start at <paramref name="source"/>.</summary>
    static abstract Vector256<float> DecodeSingle8(ref readonly byte source);

    /// <summary>Writes eight numbers, each of a magnitude below <see cref="OverflowThreshold"/>, as <see cref="Encode"/> does.</summary>
    static abstract void Encode8(Vector256<double> lower, Vector256<double> upper, ref byte destination);

    /// <summary>Writes eight numbers, each of a magnitude below <see cref="OverflowThreshold"/>, as <see cref="Encode"/> does.</summary>
    static abstract void EncodeSingle8(Vector256<float> values, ref byte destination);

    /// <summary>Writes eight numbers of at most <see cref="LargestFinite"/> as <see cref="EncodeStochastic"/> does. Needs AVX2.</summary>
    static abstract void EncodeStochastic8(
        Vector256<double> lower, Vector256<double> upper, Vector256<ulong> randomLower, Vector256<ulong> randomUpper, ref byte destination);

    /// <summary>All bits set where a code stands for NaN.</summary>
    static abstract Vector256<TBits> IsNaN(Vector256<TBits> codes);
}
