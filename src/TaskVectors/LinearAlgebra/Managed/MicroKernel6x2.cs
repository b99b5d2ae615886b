using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>A tile of 6 rows by 2 vectors: 12 sums, 2 vectors of B and 1 of A fill the 16 registers of AVX2.</summary>
internal readonly unsafe struct MicroKernel6x2<TLanes, T> : IMicroKernel<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Rows => 6;

    public static int Columns => 2 * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(int depth, T* a, T* b, T alpha, T* tile, nint stride)
    {
        TLanes zero = TLanes.Broadcast(T.Zero);
        TLanes left0 = zero, right0 = zero;
        TLanes left1 = zero, right1 = zero;
        TLanes left2 = zero, right2 = zero;
        TLanes left3 = zero, right3 = zero;
        TLanes left4 = zero, right4 = zero;
        TLanes left5 = zero, right5 = zero;
        for (int p = 0; p < depth; p++)
        {
            TLanes left = TLanes.Load(b);
            TLanes right = TLanes.Load(b + TLanes.Count);
            TLanes a0 = TLanes.Broadcast(a[0]);
            left0 = TLanes.FusedMultiplyAdd(a0, left, left0);
            right0 = TLanes.FusedMultiplyAdd(a0, right, right0);
            TLanes a1 = TLanes.Broadcast(a[1]);
            left1 = TLanes.FusedMultiplyAdd(a1, left, left1);
            right1 = TLanes.FusedMultiplyAdd(a1, right, right1);
            TLanes a2 = TLanes.Broadcast(a[2]);
            left2 = TLanes.FusedMultiplyAdd(a2, left, left2);
            right2 = TLanes.FusedMultiplyAdd(a2, right, right2);
            TLanes a3 = TLanes.Broadcast(a[3]);
            left3 = TLanes.FusedMultiplyAdd(a3, left, left3);
            right3 = TLanes.FusedMultiplyAdd(a3, right, right3);
            TLanes a4 = TLanes.Broadcast(a[4]);
            left4 = TLanes.FusedMultiplyAdd(a4, left, left4);
            right4 = TLanes.FusedMultiplyAdd(a4, right, right4);
            TLanes a5 = TLanes.Broadcast(a[5]);
            left5 = TLanes.FusedMultiplyAdd(a5, left, left5);
            right5 = TLanes.FusedMultiplyAdd(a5, right, right5);
            a += Rows;
            b += Columns;
        }

        TLanes factor = TLanes.Broadcast(alpha);
        AddRow(factor, left0, right0, tile + (0 * stride));
        AddRow(factor, left1, right1, tile + (1 * stride));
        AddRow(factor, left2, right2, tile + (2 * stride));
        AddRow(factor, left3, right3, tile + (3 * stride));
        AddRow(factor, left4, right4, tile + (4 * stride));
        AddRow(factor, left5, right5, tile + (5 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(TLanes factor, TLanes left, TLanes right, T* row)
    {
        TLanes.Store(TLanes.FusedMultiplyAdd(factor, left, TLanes.Load(row)), row);
        TLanes.Store(TLanes.FusedMultiplyAdd(factor, right, TLanes.Load(row + TLanes.Count)), row + TLanes.Count);
    }
}
