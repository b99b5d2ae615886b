using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>The eight lanes of a <see cref="FixedOrderSum"/> in registers.</summary>
internal struct LaneSums
{
    internal Vector256<double> A;
    internal Vector256<double> B;

    /// <summary>Reads the lanes.</summary>
    /// <param name="lanes">The eight lanes.</param>
    /// <param name="isInterleaved">Whether <see cref="A"/> holds the even lanes and <see cref="B"/> the odd ones, else halves.</param>
    internal static LaneSums Load(ReadOnlySpan<double> lanes, bool isInterleaved = false) => isInterleaved
        ? new() { A = Vector256.Create(lanes[0], lanes[2], lanes[4], lanes[6]), B = Vector256.Create(lanes[1], lanes[3], lanes[5], lanes[7]) }
        : new() { A = Vector256.Create(lanes), B = Vector256.Create(lanes[4..]) };

    /// <summary>Adds the squares of eight differences, one to each lane; leaves out what is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddSquares(Vector256<double> a, Vector256<double> b) => AddFiniteSquares(FiniteOrZero(a), FiniteOrZero(b));

    /// <summary>Adds the squares of eight finite differences, one to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddFiniteSquares(Vector256<double> a, Vector256<double> b)
    {
        A = Vector256.FusedMultiplyAdd(a, a, A);
        B = Vector256.FusedMultiplyAdd(b, b, B);
    }

    /// <summary>Adds the squares of sixteen finite differences, two to each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddFiniteSquares(Sixteen differences)
    {
        AddFiniteSquares(differences.A0, differences.B0);
        AddFiniteSquares(differences.A8, differences.B8);
    }

    internal readonly void Store(Span<double> lanes, bool isInterleaved = false)
    {
        for (int lane = 0; lane < Vector256<double>.Count; lane++)
        {
            lanes[isInterleaved ? 2 * lane : lane] = A.GetElement(lane);
            lanes[isInterleaved ? (2 * lane) + 1 : lane + Vector256<double>.Count] = B.GetElement(lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> FiniteOrZero(Vector256<double> numbers) =>
        numbers & Vector256.LessThan(Vector256.Abs(numbers), Vector256.Create(double.PositiveInfinity));
}
