using TaskVectors.Checkpoints.Lora;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Parts;
using TaskVectors.Execution;
using TaskVectors.Execution.Merges;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Spectral;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>Makes factors or a full copy of one tensor after another. The first aligned vector is the task vector, the second the fine-tuned checkpoint.</summary>
internal sealed class TensorExtractor(
    AlignedVectors aligned, AlignedVectorReader reader, ILinearAlgebraProvider provider, LowRankOptions options, OutputAxis axis)
{
    private const int TileElements = 64 * 1024;
    private const int Vector = 0;
    private const int Tuned = 1;

    private long _kept;

    public ExtractedTensor Extract(AlignedVectorTensor tensor)
    {
        if (IsSaved(tensor.Tensor.Name))
        {
            return new ExtractedTensor { Saved = Copy(tensor) };
        }

        return KindOf(tensor) is { } kind
            ? Factor(tensor, kind)
            : new ExtractedTensor { LeftOut = new LeftOutTensor(tensor.Tensor.Name, Norm(tensor)) };
    }

    /// <summary>The largest rank that the factors of a tensor can have; <see langword="null"/> where it gets none.</summary>
    public int? LargestRank(AlignedVectorTensor tensor) =>
        IsFactored(tensor) ? Math.Min(Rows(tensor), Columns(tensor)) : null;

    /// <summary>The memory that a tensor takes while it is worked on.</summary>
    public long WorkingBytes(AlignedVectorTensor tensor) => IsFactored(tensor)
        ? SpectralMemory.Svd(Rows(tensor), Columns(tensor))
        : 2L * sizeof(double) * TileElements;

    /// <summary>Demands that a tensor fits the budget.</summary>
    /// <exception cref="EditException">It does not.</exception>
    public void RequireFit(AlignedVectorTensor tensor)
    {
        if (WorkingBytes(tensor) is var needed && needed > options.Memory)
        {
            throw new EditException(
                EditError.NotEnoughMemory,
                $"The factors of '{tensor.Tensor.Name}' {tensor.Tensor.Shape} need {ByteSize.Format(needed)}, more than the memory budget of {ByteSize.Format(options.Memory)}. Pass a larger --memory, or leave the tensor out with --exclude.")
            { Tensor = tensor.Tensor.Name };
        }
    }

    private ExtractedTensor Factor(AlignedVectorTensor tensor, LoraLayerKind kind)
    {
        string name = tensor.Tensor.Name;
        Matrix<double> matrix = Matrix.Zero<double>(Rows(tensor), Columns(tensor));
        reader.Read(tensor, Vector, matrix.Target.Elements);
        RequireFinite(name, matrix.Elements);
        ThinSvd<double> svd = provider.ThinSvd(matrix.View);
        var spectrum = new SpectrumOfMatrix(svd.SingularValues.ToArray());
        int wanted = options.Rank.Choose(svd.SingularValues.Span, matrix.Rows, matrix.Columns, null);
        int rank = Math.Min(Math.Min(wanted, svd.NumericalRank()), aligned.RankBound(tensor, Vector) ?? wanted);
        LowRankFactors factors = BalancedFactors.Of(svd, rank);
        Keep(name, sizeof(double) * (long)rank * (matrix.Rows + matrix.Columns));
        double norm = spectrum.Norm;
        double lost = spectrum.ErrorOfRank(rank);
        return new ExtractedTensor
        {
            Factors = new LowRankTensor(name, factors, kind, tensor.Tensor.Shape),
            Error = new LowRankError(name, rank, norm, lost, norm > 0 ? lost / norm : 0),
        };
    }

    private SavedTensor Copy(AlignedVectorTensor tensor)
    {
        TensorInfo copy = tensor.Tensor with { DType = options.DType };
        Keep(copy.Name, copy.ByteCount);
        byte[] bytes = new byte[copy.ByteCount];
        int size = copy.DType.BitSize() / 8;
        Tiles(tensor, Tuned, (first, tile) => _ = TensorConverter.Encode(copy.DType, tile, bytes.AsSpan((int)first * size, tile.Length * size)));
        return new SavedTensor(copy, bytes);
    }

    private double Norm(AlignedVectorTensor tensor)
    {
        double squares = 0;
        Tiles(tensor, Vector, (_, tile) =>
        {
            RequireFinite(tensor.Tensor.Name, tile);
            foreach (double value in tile)
            {
                squares += value * value;
            }
        });
        return Math.Sqrt(squares);
    }

    private void Tiles(AlignedVectorTensor tensor, int vector, Action<long, ReadOnlySpan<double>> consume)
    {
        double[] tile = new double[Math.Min(TileElements, tensor.Tensor.ElementCount)];
        for (long first = 0; first < tensor.Tensor.ElementCount; first += TileElements)
        {
            Span<double> part = tile.AsSpan(0, (int)Math.Min(TileElements, tensor.Tensor.ElementCount - first));
            reader.Read(tensor, vector, first, part);
            consume(first, part);
        }
    }

    private void Keep(string tensor, long bytes)
    {
        if (Interlocked.Add(ref _kept, bytes) > options.Memory)
        {
            throw new EditException(
                EditError.NotEnoughMemory,
                $"Up to '{tensor}' the adapter alone takes more than the memory budget of {ByteSize.Format(options.Memory)}. Pass a larger --memory, or a lower rank.")
            { Tensor = tensor };
        }
    }

    private static void RequireFinite(string tensor, ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
            {
                throw new EditException(
                    EditError.NaN, $"The tensor '{tensor}' of the task vector holds NaN or infinite values; leave it out with --exclude.")
                { Tensor = tensor };
            }
        }
    }

    private bool IsFactored(AlignedVectorTensor tensor) => KindOf(tensor) is not null && !IsSaved(tensor.Tensor.Name);

    private bool IsSaved(string name) => options.Save?.Matches(name) == true;

    // The kind of a tensor that gets factors.
    private LoraLayerKind? KindOf(AlignedVectorTensor tensor)
    {
        (string name, TensorShape shape) = (tensor.Tensor.Name, tensor.Tensor.Shape);
        bool isMatrix = shape.Rank >= 2 && Math.Min(Rows(tensor), Columns(tensor)) >= 2 && options.Filter.Matches(name);
        return isMatrix && AdapterModule.KindOf(name, shape, axis == OutputAxis.Last) is { } kind
            && new AdapterModule(name, kind, shape, 1, 1).Obstacle is null ? kind : null;
    }

    private static int Rows(AlignedVectorTensor tensor) => checked((int)tensor.Tensor.Shape[0]);

    private static int Columns(AlignedVectorTensor tensor) => checked((int)(tensor.Tensor.ElementCount / Math.Max(1, tensor.Tensor.Shape[0])));
}
