namespace TaskVectors.Tensors.Kernels;

/// <summary>
/// How sixteen ordinary elements of a type are read and written at once. Numbers that need care, infinite, not numbers or too large, are
/// not handled but noted.
/// </summary>
internal interface IWideCodec
{
    /// <summary>The bytes of an element.</summary>
    static abstract int ElementSize { get; }

    /// <summary>Whether group A of <see cref="Sixteen"/> holds the even elements and B the odd ones, else halves of eights.</summary>
    static abstract bool IsInterleaved { get; }

    /// <summary>The sixteen values from <paramref name="source"/> on, exactly.</summary>
    static abstract Sixteen Decode(ref readonly byte source, ref Extremes extremes);

    /// <summary>The sixteen values from <paramref name="source"/> on in binary32, exactly.</summary>
    static abstract SixteenSingles DecodeSingles(ref readonly byte source, ref Extremes extremes);

    /// <summary>Sixteen numbers of binary64 from memory, in the order of <see cref="Decode"/>.</summary>
    static abstract Sixteen Load(ref readonly double source);

    /// <summary>Sixteen numbers of binary32 from memory, in the order of <see cref="Narrow"/>.</summary>
    static abstract SixteenSingles Load(ref readonly float source);

    /// <summary>The same numbers in binary64, exactly.</summary>
    static abstract Sixteen Widen(SixteenSingles numbers);

    /// <summary>The same numbers in binary32, rounded to nearest even.</summary>
    static abstract SixteenSingles Narrow(Sixteen numbers);

    /// <summary>Writes sixteen sums, rounded to nearest even, and returns the values written.</summary>
    static abstract SixteenSingles Encode(SixteenSingles sums, ref byte destination, ref Extremes extremes);

    /// <summary>Whether all numbers so far were ordinary; false is also the answer for some that nearly are not.</summary>
    static abstract bool AreOrdinary(Extremes extremes);
}
