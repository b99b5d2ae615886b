using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Merging.Products;

/// <summary>
/// The inner products of several vectors at once, so that each number is loaded once for several of them. Every product has the bits of
/// <see cref="FixedOrderSum.Dot"/>: two registers hold its eight lanes.
/// </summary>
internal static class ProductSums
{
    private const int Lanes = FixedOrderSum.Lanes;
    private const int Half = Lanes / 2;
    private const int Group = 3;
    private const int PairsOfGroup = 6;
    private const int PairsOfTwo = 3;

    /// <summary>Adds to the products of all pairs of vectors.</summary>
    /// <param name="block">The vectors.</param>
    /// <param name="products">The product of vectors i and j lies at i times their number plus j, for i no larger than j.</param>
    public static void Add<T>(MergeBlock<T> block, Span<double> products)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int models = block.ModelCount;
        if (models == 2 && Vector256.IsHardwareAccelerated)
        {
            AddPair(block, products);
            return;
        }

        int grouped = Vector256.IsHardwareAccelerated ? models - (models % Group) : 0;
        for (int first = 0; first < grouped; first += Group)
        {
            AddTriangle(block, first, products);
            for (int model = 0; model < first; model++)
            {
                AddRow(block, model, first, products);
            }
        }

        for (int second = grouped; second < models; second++)
        {
            for (int first = 0; first < grouped; first += Group)
            {
                AddColumn(block, first, second, products);
            }

            for (int first = grouped; first <= second; first++)
            {
                products[(first * models) + second] += FixedOrderSum.Dot<T>(block[first], block[second]);
            }
        }
    }

    // The products of two vectors among themselves.
    private static void AddPair<T>(MergeBlock<T> block, Span<double> products)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> lanes = stackalloc double[PairsOfTwo * Lanes];
        int whole = block.Count - (block.Count % Lanes);
        Pair(ref Of(block, 0), ref Of(block, 1), whole, lanes);
        products[0] += Finish(block, 0, 0, whole, lanes[..Lanes]);
        products[1] += Finish(block, 0, 1, whole, lanes.Slice(Lanes, Lanes));
        products[3] += Finish(block, 1, 1, whole, lanes[(2 * Lanes)..]);
    }

    // The products of three vectors among themselves.
    private static void AddTriangle<T>(MergeBlock<T> block, int first, Span<double> products)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> lanes = stackalloc double[PairsOfGroup * Lanes];
        int whole = block.Count - (block.Count % Lanes);
        Triangle(ref Of(block, first), ref Of(block, first + 1), ref Of(block, first + 2), whole, lanes);
        int pair = 0;
        for (int left = first; left < first + Group; left++)
        {
            for (int right = left; right < first + Group; right++)
            {
                products[(left * block.ModelCount) + right] += Finish(block, left, right, whole, lanes.Slice(Lanes * pair++, Lanes));
            }
        }
    }

    // The products of one vector with three later ones.
    private static void AddRow<T>(MergeBlock<T> block, int model, int first, Span<double> products)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> lanes = stackalloc double[Group * Lanes];
        int whole = block.Count - (block.Count % Lanes);
        Row(ref Of(block, model), ref Of(block, first), ref Of(block, first + 1), ref Of(block, first + 2), whole, lanes);
        for (int pair = 0; pair < Group; pair++)
        {
            products[(model * block.ModelCount) + first + pair] += Finish(block, model, first + pair, whole, lanes.Slice(Lanes * pair, Lanes));
        }
    }

    // The products of one vector with three earlier ones.
    private static void AddColumn<T>(MergeBlock<T> block, int first, int model, Span<double> products)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<double> lanes = stackalloc double[Group * Lanes];
        int whole = block.Count - (block.Count % Lanes);
        Row(ref Of(block, model), ref Of(block, first), ref Of(block, first + 1), ref Of(block, first + 2), whole, lanes);
        for (int pair = 0; pair < Group; pair++)
        {
            products[((first + pair) * block.ModelCount) + model] += Finish(block, first + pair, model, whole, lanes.Slice(Lanes * pair, Lanes));
        }
    }

    private static double Finish<T>(MergeBlock<T> block, int left, int right, int whole, Span<double> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        FixedOrderSum.AddProductsScalar<T>(block[left][whole..], block[right][whole..], lanes);
        return FixedOrderSum.Reduce(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair<T>(ref T a, ref T b, int whole, Span<double> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<double> aa0 = default, ab0 = default, bb0 = default;
        Vector256<double> aa4 = default, ab4 = default, bb4 = default;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            Vector256<double> x = Four(ref a, i);
            Vector256<double> y = Four(ref b, i);
            aa0 = Vector256.FusedMultiplyAdd(x, x, aa0);
            ab0 = Vector256.FusedMultiplyAdd(x, y, ab0);
            bb0 = Vector256.FusedMultiplyAdd(y, y, bb0);
            x = Four(ref a, i + Half);
            y = Four(ref b, i + Half);
            aa4 = Vector256.FusedMultiplyAdd(x, x, aa4);
            ab4 = Vector256.FusedMultiplyAdd(x, y, ab4);
            bb4 = Vector256.FusedMultiplyAdd(y, y, bb4);
        }

        Store(aa0, aa4, lanes);
        Store(ab0, ab4, lanes[Lanes..]);
        Store(bb0, bb4, lanes[(2 * Lanes)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triangle<T>(ref T a, ref T b, ref T c, int whole, Span<double> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<double> aa0 = default, ab0 = default, ac0 = default, bb0 = default, bc0 = default, cc0 = default;
        Vector256<double> aa4 = default, ab4 = default, ac4 = default, bb4 = default, bc4 = default, cc4 = default;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            Vector256<double> x = Four(ref a, i);
            Vector256<double> y = Four(ref b, i);
            Vector256<double> z = Four(ref c, i);
            aa0 = Vector256.FusedMultiplyAdd(x, x, aa0);
            ab0 = Vector256.FusedMultiplyAdd(x, y, ab0);
            ac0 = Vector256.FusedMultiplyAdd(x, z, ac0);
            bb0 = Vector256.FusedMultiplyAdd(y, y, bb0);
            bc0 = Vector256.FusedMultiplyAdd(y, z, bc0);
            cc0 = Vector256.FusedMultiplyAdd(z, z, cc0);
            x = Four(ref a, i + Half);
            y = Four(ref b, i + Half);
            z = Four(ref c, i + Half);
            aa4 = Vector256.FusedMultiplyAdd(x, x, aa4);
            ab4 = Vector256.FusedMultiplyAdd(x, y, ab4);
            ac4 = Vector256.FusedMultiplyAdd(x, z, ac4);
            bb4 = Vector256.FusedMultiplyAdd(y, y, bb4);
            bc4 = Vector256.FusedMultiplyAdd(y, z, bc4);
            cc4 = Vector256.FusedMultiplyAdd(z, z, cc4);
        }

        Store(aa0, aa4, lanes);
        Store(ab0, ab4, lanes[Lanes..]);
        Store(ac0, ac4, lanes[(2 * Lanes)..]);
        Store(bb0, bb4, lanes[(3 * Lanes)..]);
        Store(bc0, bc4, lanes[(4 * Lanes)..]);
        Store(cc0, cc4, lanes[(5 * Lanes)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<T>(ref T one, ref T a, ref T b, ref T c, int whole, Span<double> lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector256<double> a0 = default, b0 = default, c0 = default;
        Vector256<double> a4 = default, b4 = default, c4 = default;
        for (nuint i = 0; i < (nuint)whole; i += Lanes)
        {
            Vector256<double> lower = Four(ref one, i);
            Vector256<double> upper = Four(ref one, i + Half);
            a0 = Vector256.FusedMultiplyAdd(lower, Four(ref a, i), a0);
            a4 = Vector256.FusedMultiplyAdd(upper, Four(ref a, i + Half), a4);
            b0 = Vector256.FusedMultiplyAdd(lower, Four(ref b, i), b0);
            b4 = Vector256.FusedMultiplyAdd(upper, Four(ref b, i + Half), b4);
            c0 = Vector256.FusedMultiplyAdd(lower, Four(ref c, i), c0);
            c4 = Vector256.FusedMultiplyAdd(upper, Four(ref c, i + Half), c4);
        }

        Store(a0, a4, lanes);
        Store(b0, b4, lanes[Lanes..]);
        Store(c0, c4, lanes[(2 * Lanes)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Four<T>(ref T first, nuint index)
        where T : unmanaged => FixedOrderSum.Four(ref first, index);

    private static void Store(Vector256<double> lower, Vector256<double> upper, Span<double> lanes)
    {
        lower.CopyTo(lanes);
        upper.CopyTo(lanes[Half..]);
    }

    private static ref T Of<T>(MergeBlock<T> block, int model)
        where T : unmanaged => ref MemoryMarshal.GetReference(block[model]);
}
