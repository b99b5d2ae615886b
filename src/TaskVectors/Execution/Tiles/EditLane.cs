using TaskVectors.Checkpoints;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>
/// Makes the tiles of an edit. A tile is read from every input, then computed block by block while a block lies in the first-level
/// cache: decode, multiply and add in F64, measure, encode.
/// </summary>
internal sealed class EditLane : ITileLane
{
    private readonly EditRun _run;
    private readonly CancellationToken _cancellationToken;
    private readonly TileBuffers _inputs;
    private readonly double[] _coefficients;
    private readonly byte[] _output;
    private readonly double[] _exact = new double[LaneBudget.BlockElements];
    private readonly double[] _reference = new double[LaneBudget.BlockElements];
    private readonly BlockStatistics[] _groups;
    private readonly MergedBlocks _blocks;
    private TiledTensor? _merged;

    public EditLane(EditRun run, CancellationToken cancellationToken)
    {
        _run = run;
        _cancellationToken = cancellationToken;
        int tile = run.Plan.Lanes.TileElements;
        int streams = run.Plan.Tensors.Select(tensor => tensor.Terms.Length).DefaultIfEmpty(0).Max();
        _inputs = new TileBuffers(streams, tile * sizeof(double));
        _blocks = new MergedBlocks(_inputs);
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
        (EncodeCounts counts, EditStatistics statistics) = _merged is { IsSingle: true } merged
            ? ComputeWithSingles(tensor, merged, tile, first, count, output)
            : ComputeWithDoubles(tensor, tile, first, count, output);
        _ = CheckNaN(tensor, statistics.NaNCount, tile);
        return new BlockStatistics(statistics, counts.Saturated);
    }

    private bool IsOnePass(PlannedTensor tensor) => tensor.HasOneDType && _run.Plan.Options.Rounding == Rounding.Nearest;

    private (EncodeCounts Counts, EditStatistics Statistics) ComputeWithDoubles(PlannedTensor tensor, Tile tile, int first, int count, Span<byte> output)
    {
        ReadOnlySpan<double> merged = _merged is null ? [] : _blocks.MergeDoubles(_merged, tile.First, first, count);
        if (IsOnePass(tensor))
        {
            return TensorConverter.Sum(tensor.Output.DType, BlockOf(tensor, first, count, merged, []), output);
        }

        Span<double> sum = Sum(tensor, first, count);
        if (_merged is not null)
        {
            MergedBlocks.Add(tensor, merged, sum);
        }

        return Encode(tensor, tile.First + first, sum, output);
    }

    private (EncodeCounts Counts, EditStatistics Statistics) ComputeWithSingles(PlannedTensor tensor, TiledTensor merged, Tile tile, int first, int count, Span<byte> output)
    {
        bool isPair = IsOnePass(tensor) && MergedBlocks.IsPair(tensor, merged);
        if (isPair && merged.Kernel.TryMergePair(
            tensor.Output.DType, BlockOf(tensor, first, count, [], []), merged.Table.Models[0][0].Stream, merged.Table.Models[1][0].Stream, output, out EditStatistics measured))
        {
            return (default, measured);
        }

        MergeBlock<float> block = _blocks.MergeSingles(merged, tile.First, first, count, out ReadOnlySpan<float> result);
        if (IsOnePass(tensor) && TensorConverter.TrySum(tensor.Output.DType, BlockOf(tensor, first, count, [], result), output, out EncodeCounts counts, out EditStatistics statistics))
        {
            return (counts, statistics);
        }

        Span<double> sum = Sum(tensor, first, count);
        _blocks.Add(tensor, merged, block, first, result, sum);
        return Encode(tensor, tile.First + first, sum, output);
    }

    private LinearBlock BlockOf(PlannedTensor tensor, int first, int count, ReadOnlySpan<double> merged, ReadOnlySpan<float> mergedSingles)
    {
        for (int term = 0; term < tensor.Terms.Length; term++)
        {
            _coefficients[term] = tensor.Terms[term].Coefficient;
        }

        return new LinearBlock
        {
            Inputs = _inputs.From((int)ByteLength(tensor.Output.DType, first)),
            Stride = _inputs.Stride,
            Coefficients = _coefficients.AsSpan(0, tensor.Terms.Length),
            Reference = tensor.Reference,
            Addend = merged,
            SingleAddend = mergedSingles,
            SmallestShare = mergedSingles.IsEmpty ? 0 : MergedBlocks.SmallestShareOf(tensor),
            AddendCoefficient = tensor.Merged?.Term.Coefficient ?? 0,
            Count = count,
            Precision = tensor.Precision,
        };
    }

    // The sum of the terms without the merge; the reference is decoded beside it.
    private Span<double> Sum(PlannedTensor tensor, int first, int count)
    {
        if (tensor.Reference >= 0)
        {
            DType dtype = tensor.Terms[tensor.Reference].Tensor.DType;
            TensorConverter.Decode(dtype, _inputs[tensor.Reference].Slice((int)ByteLength(dtype, first), (int)ByteLength(dtype, count)), _reference.AsSpan(0, count));
        }

        Span<double> sum = _exact.AsSpan(0, count);
        TermSum.Compute(tensor.Terms, _inputs, first, sum);
        return sum;
    }

    private (EncodeCounts Counts, EditStatistics Statistics) Encode(PlannedTensor tensor, long firstElement, ReadOnlySpan<double> exact, Span<byte> output)
    {
        Span<double> reference = tensor.Reference < 0 ? [] : _reference.AsSpan(0, exact.Length);
        return _run.Plan.Options.Rounding == Rounding.Stochastic
            ? EncodeStochastic(tensor, firstElement, exact, reference, output)
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
