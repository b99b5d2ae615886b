using System.Numerics;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>
/// Makes the tiles of an edit. A tile is read from every input, then computed block by block while a block lies in the first-level
/// cache: decode, multiply and add in F64, measure, encode.
/// </summary>
internal sealed class EditLane : ITileLane
{
    // A result below this share of what was added may be off by half a unit in the last place after some roundings of F32.
    private const double SmallestShare = 1.0 / 512;
    private const double SmallestShareOfBFloat16 = 1.0 / 4096;

    private readonly EditRun _run;
    private readonly CancellationToken _cancellationToken;
    private readonly TileBuffers _inputs;
    private readonly double[] _coefficients;
    private readonly byte[] _output;
    private readonly double[] _exact = new double[LaneBudget.BlockElements];
    private readonly double[] _reference = new double[LaneBudget.BlockElements];
    private readonly BlockStatistics[] _groups;
    private TiledTensor? _merged;
    private ModelValues<double>? _doubles;
    private ModelValues<float>? _singles;
    private readonly int[] _places = new int[LaneBudget.BlockElements];
    private readonly double[] _before = new double[LaneBudget.BlockElements];
    private readonly double[] _again = new double[LaneBudget.BlockElements];
    private double[] _exactValues = [];

    public EditLane(EditRun run, CancellationToken cancellationToken)
    {
        _run = run;
        _cancellationToken = cancellationToken;
        int tile = run.Plan.Lanes.TileElements;
        int streams = run.Plan.Tensors.Select(tensor => tensor.Terms.Length).DefaultIfEmpty(0).Max();
        _inputs = new TileBuffers(streams, tile * sizeof(double));
        _coefficients = new double[streams];
        _output = GC.AllocateUninitializedArray<byte>(tile * sizeof(double), pinned: true);
        _groups = new BlockStatistics[tile / LaneBudget.GroupElements];
    }

    public void Process(Tile tile)
    {
        TensorProgress progress = _run.Begin(tile.Tensor);
        (PlannedTensor tensor, TiledTensor? merged) = progress.Bind(_run.Readers, _cancellationToken);
        _merged = merged;
        ReadInputs(tensor, tile);

        int length = (int)ByteLength(tensor.Output.DType, tile.Count);
        Span<BlockStatistics> groups = _groups.AsSpan(0, (tile.Count + LaneBudget.GroupElements - 1) / LaneBudget.GroupElements);
        groups.Clear();
        ReadOnlySpan<byte> made = tensor.Operation == TensorOperation.Copy
            ? Copy(tensor, tile, _inputs[0][..length], groups)
            : Compute(tensor, tile, _output.AsSpan(0, length), groups);
        bool isComplete = progress.Record(tile, made, _inputs, groups);
        _run.Advance(tile, progress, length, isComplete);
    }

    // Packed types have whole bytes at every multiple of 8 elements, and tiles are multiples of blocks.
    private static long ByteLength(DType dtype, long elements) => elements * dtype.BitSize() / 8;

    private void ReadInputs(PlannedTensor tensor, Tile tile)
    {
        for (int index = 0; index < tensor.Terms.Length; index++)
        {
            PlannedTerm term = tensor.Terms[index];
            int length = (int)ByteLength(term.Tensor.DType, tile.Count);
            ReadInput(term, ByteLength(term.Tensor.DType, tile.First), _inputs[index][..length]);
        }
    }

    // A merge by whole rows computes while it is read.
    private void ReadInput(PlannedTerm term, long offset, Span<byte> destination)
    {
        ICheckpointReader reader = _run.Readers[term.Input];
        if (reader is not MergedTileReader)
        {
            reader.Read(term.Tensor, offset, destination);
            return;
        }

        _run.ComputePermits.Wait(_cancellationToken);
        try
        {
            reader.Read(term.Tensor, offset, destination);
        }
        finally
        {
            _ = _run.ComputePermits.Release();
        }
    }

    private ReadOnlySpan<byte> Copy(PlannedTensor tensor, Tile tile, ReadOnlySpan<byte> bytes, Span<BlockStatistics> groups)
    {
        DType dtype = tensor.Output.DType;
        long found = CheckNaN(tensor, dtype.IsArithmetic() ? TensorStatistics.CountNaN(dtype, bytes) : 0, tile);
        if (found > 0)
        {
            groups[0] = new BlockStatistics(default(EditStatistics) with { NaNCount = found }, 0);
        }

        PlannedTerm source = tensor.Terms[0];
        _run.Output.Copy(tensor, _run.Readers[source.Input].Locate(source.Tensor), ByteLength(dtype, tile.First), bytes);
        return bytes;
    }

    private ReadOnlySpan<byte> Compute(PlannedTensor tensor, Tile tile, Span<byte> output, Span<BlockStatistics> groups)
    {
        _run.ComputePermits.Wait(_cancellationToken);
        try
        {
            for (int first = 0; first < tile.Count; first += LaneBudget.BlockElements)
            {
                int count = Math.Min(LaneBudget.BlockElements, tile.Count - first);
                groups[first / LaneBudget.GroupElements] += ComputeBlock(tensor, tile, first, count, output);
            }
        }
        finally
        {
            _ = _run.ComputePermits.Release();
        }

        _run.Output.Write(tensor.File, tensor.Offset + ByteLength(tensor.Output.DType, tile.First), output);
        return output;
    }

    private BlockStatistics ComputeBlock(PlannedTensor tensor, Tile tile, int first, int count, Span<byte> tileOutput)
    {
        DType dtype = tensor.Output.DType;
        Span<byte> output = tileOutput.Slice((int)ByteLength(dtype, first), (int)ByteLength(dtype, count));
        bool isOnePass = tensor.HasOneDType && _merged is not { IsSingle: true } && _run.Plan.Options.Rounding == Rounding.Nearest;
        (EncodeCounts counts, EditStatistics statistics) = isOnePass
            ? ComputeInOnePass(tensor, first, count, output, MergeDoubles(tile.First, first, count))
            : ComputeInSteps(tensor, tile, first, count, output);
        _ = CheckNaN(tensor, statistics.NaNCount, tile);
        return new BlockStatistics(statistics, counts.Saturated);
    }

    private (EncodeCounts Counts, EditStatistics Statistics) ComputeInOnePass(PlannedTensor tensor, int first, int count, Span<byte> output, ReadOnlySpan<double> merged)
    {
        for (int term = 0; term < tensor.Terms.Length; term++)
        {
            _coefficients[term] = tensor.Terms[term].Coefficient;
        }

        var block = new LinearBlock
        {
            Inputs = _inputs.From((int)ByteLength(tensor.Output.DType, first)),
            Stride = _inputs.Stride,
            Coefficients = _coefficients.AsSpan(0, tensor.Terms.Length),
            Reference = tensor.Reference,
            Addend = merged,
            AddendCoefficient = tensor.Merged?.Term.Coefficient ?? 0,
            Count = count,
            Precision = tensor.Precision,
        };
        return TensorConverter.Sum(tensor.Output.DType, block, output);
    }

    private (EncodeCounts Counts, EditStatistics Statistics) ComputeInSteps(PlannedTensor tensor, Tile tile, int first, int count, Span<byte> output)
    {
        Span<double> exact = _exact.AsSpan(0, count);
        Span<double> reference = tensor.Reference < 0 ? [] : _reference.AsSpan(0, count);
        Sum(tensor, tile, first, exact, reference);
        return _run.Plan.Options.Rounding == Rounding.Stochastic
            ? EncodeStochastic(tensor, tile.First + first, exact, reference, output)
            : TensorConverter.EncodeMeasured(tensor.Output.DType, tensor.Precision, exact, reference, output);
    }

    private (EncodeCounts Counts, EditStatistics Statistics) EncodeStochastic(
        PlannedTensor tensor, long firstElement, ReadOnlySpan<double> exact, ReadOnlySpan<double> reference, Span<byte> output)
    {
        DType dtype = tensor.Output.DType;
        EncodeCounts counts = TensorConverter.EncodeStochastic(dtype, exact, output, _run.KeyOf(tensor), firstElement);
        EditStatistics statistics = reference.IsEmpty
            ? TensorStatistics.Measure(dtype, output, exact)
            : TensorStatistics.Measure(dtype, output, exact, reference);
        return (counts, statistics);
    }

    private void Sum(PlannedTensor tensor, Tile tile, int first, Span<double> exact, Span<double> reference)
    {
        if (tensor.Reference >= 0)
        {
            DType dtype = tensor.Terms[tensor.Reference].Tensor.DType;
            TensorConverter.Decode(dtype, _inputs[tensor.Reference].Slice((int)ByteLength(dtype, first), (int)ByteLength(dtype, exact.Length)), reference);
        }

        TermSum.Compute(tensor.Terms, _inputs, first, exact);
        if (_merged is { } merged)
        {
            bool isFirst = tensor.Terms.All(term => term.Coefficient == 0);
            AddMerged(tensor, merged, tile, first, isFirst, exact);
        }
    }

    private void AddMerged(PlannedTensor tensor, TiledTensor merged, Tile tile, int first, bool isFirst, Span<double> sum)
    {
        if (merged.IsSingle)
        {
            _singles = Room(_singles, merged);
            AddSingles(_singles, tensor, merged, tile.First, first, isFirst, sum);
            return;
        }

        double coefficient = tensor.Merged!.Term.Coefficient;
        ReadOnlySpan<double> doubles = MergeDoubles(tile.First, first, sum.Length);
        if (isFirst)
        {
            BlockMath.Scale(doubles, coefficient, sum);
        }
        else
        {
            BlockMath.AddScaled(doubles, coefficient, sum);
        }
    }

    // What is merged in F64, nothing where nothing is.
    private ReadOnlySpan<double> MergeDoubles(long tileFirst, int first, int count)
    {
        if (_merged is not { } merged)
        {
            return [];
        }

        _doubles = Room(_doubles, merged);
        Span<double> doubles = _doubles.Result.AsSpan(0, count);
        _doubles.Merge(merged, _doubles.BlockAt(_inputs, merged, tileFirst, first, count), doubles);
        return doubles;
    }

    // Where the base and what is added to it nearly cancel, the rounding of F32 would show in 16 bits: such elements are merged again in F64.
    private void AddSingles(ModelValues<float> values, PlannedTensor tensor, TiledTensor merged, long tileFirst, int first, bool isFirst, Span<double> sum)
    {
        double coefficient = tensor.Merged!.Term.Coefficient;
        MergeBlock<float> block = values.BlockAt(_inputs, merged, tileFirst, first, sum.Length);
        Span<float> result = values.Result.AsSpan(0, sum.Length);
        values.Merge(merged, block, result);
        if (isFirst)
        {
            BlockMath.Scale(result, coefficient, sum);
            return;
        }

        double share = tensor.Output.DType == DType.BF16 ? SmallestShareOfBFloat16 : SmallestShare;
        int count = BlockMath.AddScaled(result, coefficient, share, sum, _places, _before);
        if (count > 0)
        {
            ReadOnlySpan<int> places = _places.AsSpan(0, count);
            _exactValues = _exactValues.Length < count * block.ModelCount ? new double[count * block.ModelCount] : _exactValues;
            Span<double> again = _again.AsSpan(0, count);
            merged.Kernel.MergeExactly(block, places, ModelValues<double>.ExactAt(_inputs, merged, first, places, _exactValues), merged.Statistic?.Found, again);
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

    private long CheckNaN(PlannedTensor tensor, long count, Tile tile)
    {
        if (count == 0 || _run.Plan.Options.NaN == NaNPolicy.Keep)
        {
            return count;
        }

        PlannedTerm? culprit = tensor.Terms
            .Where((term, index) => (term.Coefficient != 0 || _merged?.Table.IsUsed(index) == true) && TensorStatistics.CountNaN(term.Tensor.DType, _inputs[index][..(int)ByteLength(term.Tensor.DType, tile.Count)]) > 0)
            .FirstOrDefault();
        PlannedInput? input = culprit is null ? null : _run.Plan.Inputs[culprit.Input];
        string origin = input is null ? "that arise where infinite values cancel" : $"that come from '{input.Name}' ({input.Source.Path})";
        throw new EditException(
            EditError.NaN, $"The tensor {QuotedName.Of(tensor.Output.Name)} has NaN values {origin}. Leave it alone with --exclude, or pass --nan keep to write them all the same. What is finished lies in '{_run.Plan.Target.PartialFolder}': go on from there with --resume, or delete it.")
        {
            File = input?.Source.Path,
            Tensor = tensor.Output.Name,
        };
    }
}
