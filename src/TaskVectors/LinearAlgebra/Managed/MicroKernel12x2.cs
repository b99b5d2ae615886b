using System.Numerics;
using System.Runtime.CompilerServices;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>A tile of 12 rows by 2 vectors: 24 sums fit the 32 registers of AVX-512 and of Arm NEON.</summary>
internal readonly unsafe struct MicroKernel12x2<TLanes, T> : IMicroKernel<T>
    where TLanes : unmanaged, ILanes<TLanes, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static int Rows => 12;

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
        TLanes left6 = zero, right6 = zero;
        TLanes left7 = zero, right7 = zero;
        TLanes left8 = zero, right8 = zero;
        TLanes left9 = zero, right9 = zero;
        TLanes left10 = zero, right10 = zero;
        TLanes left11 = zero, right11 = zero;
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
            TLanes a6 = TLanes.Broadcast(a[6]);
            left6 = TLanes.FusedMultiplyAdd(a6, left, left6);
            right6 = TLanes.FusedMultiplyAdd(a6, right, right6);
            TLanes a7 = TLanes.Broadcast(a[7]);
            left7 = TLanes.FusedMultiplyAdd(a7, left, left7);
            right7 = TLanes.FusedMultiplyAdd(a7, right, right7);
            TLanes a8 = TLanes.Broadcast(a[8]);
            left8 = TLanes.FusedMultiplyAdd(a8, left, left8);
            right8 = TLanes.FusedMultiplyAdd(a8, right, right8);
            TLanes a9 = TLanes.Broadcast(a[9]);
            left9 = TLanes.FusedMultiplyAdd(a9, left, left9);
            right9 = TLanes.FusedMultiplyAdd(a9, right, right9);
            TLanes a10 = TLanes.Broadcast(a[10]);
            left10 = TLanes.FusedMultiplyAdd(a10, left, left10);
            right10 = TLanes.FusedMultiplyAdd(a10, right, right10);
            TLanes a11 = TLanes.Broadcast(a[11]);
            left11 = TLanes.FusedMultiplyAdd(a11, left, left11);
            right11 = TLanes.FusedMultiplyAdd(a11, right, right11);
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
        AddRow(factor, left6, right6, tile + (6 * stride));
        AddRow(factor, left7, right7, tile + (7 * stride));
        AddRow(factor, left8, right8, tile + (8 * stride));
        AddRow(factor, left9, right9, tile + (9 * stride));
        AddRow(factor, left10, right10, tile + (10 * stride));
        AddRow(factor, left11, right11, tile + (11 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(TLanes factor, TLanes left, TLanes right, T* row)
    {
        TLanes.Store(TLanes.FusedMultiplyAdd(factor, left, TLanes.Load(row)), row);
        TLanes.Store(TLanes.FusedMultiplyAdd(factor, right, TLanes.Load(row + TLanes.Count)), row + TLanes.Count);
    }
}
