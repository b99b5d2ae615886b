using System.Numerics;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>Merges the blocks of a tile from the bytes that a lane has read, in F64 or F32, and adds them to the sum of an edit.</summary>
/// <param name="inputs">The bytes of the tile.</param>
internal sealed class MergedBlocks(TileBuffers inputs)
{
    // A result below this share of what was added may be off by half a unit in the last place after some roundings of F32.
    private const double SmallestShare = 1.0 / 512;
    private const double SmallestShareOfBFloat16 = 1.0 / 4096;

    private readonly int[] _places = new int[LaneBudget.BlockElements];
    private readonly double[] _before = new double[LaneBudget.BlockElements];
    private readonly double[] _again = new double[LaneBudget.BlockElements];
    private double[] _exact = [];
    private ModelValues<double>? _doubles;
    private ModelValues<float>? _singles;

    /// <summary>
    /// The share of what is added below which a sum shows the rounding of F32; 0 where the merge is all there is to the sum, which nothing cancels with.
    /// </summary>
    public static double SmallestShareOf(PlannedTensor tensor) =>
        !tensor.HasSummands ? 0 : tensor.Output.DType == DType.BF16 ? SmallestShareOfBFloat16 : SmallestShare;

    /// <summary>Whether a result is nothing but the merge of two models, both as they are stored.</summary>
    public static bool IsPair(PlannedTensor tensor, TiledTensor merged) =>
        !tensor.HasSummands && tensor.Merged!.Term.Coefficient == 1 && merged.Table.Models is [[{ Coefficient: 1 }], [{ Coefficient: 1 }]];

    /// <summary>Merges a block in F64.</summary>
    public ReadOnlySpan<double> MergeDoubles(TiledTensor merged, long tileFirst, int first, int count)
    {
        _doubles = Room(_doubles, merged);
        Span<double> result = _doubles.Result.AsSpan(0, count);
        _doubles.Merge(merged, _doubles.BlockAt(inputs, merged, tileFirst, first, count), result);
        return result;
    }

    /// <summary>Merges a block in F32.</summary>
    /// <param name="merged">The merge.</param>
    /// <param name="tileFirst">The index in the tensor of the first element of the tile.</param>
    /// <param name="first">The first element of the block, counted from there.</param>
    /// <param name="count">The number of elements.</param>
    /// <param name="result">The result.</param>
    /// <returns>The values of the models as the merge leaves them.</returns>
    public MergeBlock<float> MergeSingles(TiledTensor merged, long tileFirst, int first, int count, out ReadOnlySpan<float> result)
    {
        _singles = Room(_singles, merged);
        Span<float> made = _singles.Result.AsSpan(0, count);
        MergeBlock<float> block = _singles.BlockAt(inputs, merged, tileFirst, first, count);
        _singles.Merge(merged, block, made);
        result = made;
        return block;
    }

    /// <summary>Adds what was merged in F64 to the sum of the terms.</summary>
    public static void Add(PlannedTensor tensor, ReadOnlySpan<double> result, Span<double> sum)
    {
        double coefficient = tensor.Merged!.Term.Coefficient;
        if (tensor.HasSummands)
        {
            BlockMath.AddScaled(result, coefficient, sum);
        }
        else
        {
            BlockMath.Scale(result, coefficient, sum);
        }
    }

    /// <summary>
    /// Adds what was merged in F32 to the sum of the terms. Where the base and what is added to it nearly cancel, the rounding of F32 would show in 16 bits: such
    /// elements are merged again in F64.
    /// </summary>
    public void Add(PlannedTensor tensor, TiledTensor merged, MergeBlock<float> block, int first, ReadOnlySpan<float> result, Span<double> sum)
    {
        double coefficient = tensor.Merged!.Term.Coefficient;
        double share = SmallestShareOf(tensor);
        if (share == 0)
        {
            BlockMath.Scale(result, coefficient, sum);
            return;
        }

        int count = BlockMath.AddScaled(result, coefficient, share, sum, _places, _before);
        if (count > 0)
        {
            ReadOnlySpan<int> places = _places.AsSpan(0, count);
            _exact = _exact.Length < count * block.ModelCount ? new double[count * block.ModelCount] : _exact;
            Span<double> again = _again.AsSpan(0, count);
            merged.Kernel.MergeExactly(block, places, ModelValues<double>.ExactAt(inputs, merged, first, places, _exact), merged.Statistic?.Found, again);
            for (int index = 0; index < count; index++)
            {
                sum[places[index]] = Math.FusedMultiplyAdd(again[index], coefficient, _before[index]);
            }
        }
    }

    private static ModelValues<T> Room<T>(ModelValues<T>? known, TiledTensor merged)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        known is not null && known.Streams >= merged.Table.Streams.Length && known.Models >= merged.Table.Models.Length
            ? known
            : new ModelValues<T>(merged.Table.Streams.Length, merged.Table.Models.Length, LaneBudget.BlockElements);
}
