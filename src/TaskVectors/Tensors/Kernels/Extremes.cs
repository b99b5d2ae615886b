using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The largest magnitudes that a wide codec has met, as bits: NaN is larger than infinity, infinity than every number.</summary>
internal struct Extremes
{
    private const uint MagnitudeOfUpperHalf = 0x7FFF_0000;

    private Vector256<uint> _sums;
    private Vector256<ushort> _codes;

    /// <summary>Whether the bits of every sum, in binary32 and without its sign, have an upper half below a limit.</summary>
    internal readonly bool AreSumsBelow(uint limit) => Vector256.LessThanAll(_sums, Vector256.Create(limit << 16));

    /// <summary>Whether every code of sixteen bits, without its sign, is below a limit.</summary>
    internal readonly bool AreCodesBelow(ushort limit) => Vector256.LessThanAll(_codes, Vector256.Create(limit));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddSums(Vector256<float> sums) => _sums = Vector256.Max(_sums, sums.AsUInt32() & Vector256.Create(MagnitudeOfUpperHalf));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddCodes(Vector256<ushort> codes) => _codes = Vector256.Max(_codes, codes & Vector256.Create((ushort)0x7FFF));
}
