using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The sixteen lanes of a <see cref="FixedOrderSum"/> in registers.</summary>
internal struct LaneSums
{
    internal Vector256<double> Lanes0;
    internal Vector256<double> Lanes4;
    internal Vector256<double> Lanes8;
    internal Vector256<double> Lanes12;

    internal static LaneSums Load(ReadOnlySpan<double> lanes) => new()
    {
        Lanes0 = Vector256.Create(lanes),
        Lanes4 = Vector256.Create(lanes[4..]),
        Lanes8 = Vector256.Create(lanes[8..]),
        Lanes12 = Vector256.Create(lanes[12..]),
    };

    /// <summary>Adds the squares of sixteen differences, one to each lane; leaves out what is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddSquares(Vector256<double> lanes0, Vector256<double> lanes4, Vector256<double> lanes8, Vector256<double> lanes12)
    {
        Lanes0 = AddSquare(lanes0, Lanes0);
        Lanes4 = AddSquare(lanes4, Lanes4);
        Lanes8 = AddSquare(lanes8, Lanes8);
        Lanes12 = AddSquare(lanes12, Lanes12);
    }

    /// <summary>Adds the squares of sixteen finite differences, one to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddFiniteSquares(Vector256<double> lanes0, Vector256<double> lanes4, Vector256<double> lanes8, Vector256<double> lanes12)
    {
        Lanes0 = Vector256.FusedMultiplyAdd(lanes0, lanes0, Lanes0);
        Lanes4 = Vector256.FusedMultiplyAdd(lanes4, lanes4, Lanes4);
        Lanes8 = Vector256.FusedMultiplyAdd(lanes8, lanes8, Lanes8);
        Lanes12 = Vector256.FusedMultiplyAdd(lanes12, lanes12, Lanes12);
    }

    internal readonly void Store(Span<double> lanes)
    {
        Lanes0.CopyTo(lanes);
        Lanes4.CopyTo(lanes[4..]);
        Lanes8.CopyTo(lanes[8..]);
        Lanes12.CopyTo(lanes[12..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> AddSquare(Vector256<double> difference, Vector256<double> sum)
    {
        Vector256<double> finite = Vector256.LessThan(Vector256.Abs(difference), Vector256.Create(double.PositiveInfinity));
        difference &= finite;
        return Vector256.FusedMultiplyAdd(difference, difference, sum);
    }
}
