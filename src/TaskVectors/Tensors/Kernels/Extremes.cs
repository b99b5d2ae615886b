using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The largest magnitudes that a wide codec has met, as bits: NaN is larger than infinity, infinity than every number.</summary>
internal struct Extremes
{
    private const uint MagnitudeOfUpperHalf = 0x7FFF_0000;

    private Vector256<uint> _sums;
    private Vector256<ushort> _codes;

    /// <summary>The upper half of the bits of the largest sum, in binary32.</summary>
    internal readonly uint LargestSum
    {
        get
        {
            uint largest = 0;
            for (int lane = 0; lane < Vector256<uint>.Count; lane++)
            {
                largest = Math.Max(largest, _sums.GetElement(lane) >> 16);
            }

            return largest;
        }
    }

    /// <summary>The largest code of sixteen bits, without its sign.</summary>
    internal readonly ushort LargestCode
    {
        get
        {
            ushort largest = 0;
            for (int lane = 0; lane < Vector256<ushort>.Count; lane++)
            {
                largest = Math.Max(largest, _codes.GetElement(lane));
            }

            return largest;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddSums(Vector256<float> sums) => _sums = Vector256.Max(_sums, sums.AsUInt32() & Vector256.Create(MagnitudeOfUpperHalf));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddCodes(Vector256<ushort> codes) => _codes = Vector256.Max(_codes, codes & Vector256.Create((ushort)0x7FFF));
}
