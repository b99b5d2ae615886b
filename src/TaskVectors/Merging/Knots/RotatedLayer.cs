using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Knots;

/// <summary>The tasks of a layer in their common basis: S V_t^T with U S [V_1^T ... V_T^T] = [tau_1 ... tau_T].</summary>
internal sealed class RotatedLayer
{
    // Adapters side by side have exactly the rank of all their factors, so that a randomised decomposition of that rank finds all of it.
    private static readonly TruncatedSvdOptions LowRank = new() { Tolerance = 1e-12 };

    private readonly KnotsLayer _layer;
    private readonly Matrix<double> _basis;
    private readonly Matrix<double> _rotated;
    private readonly int _rank;

    private RotatedLayer(KnotsLayer layer, Matrix<double> basis, Matrix<double> rotated, int rank)
    {
        _layer = layer;
        _basis = basis;
        _rotated = rotated;
        _rank = rank;
    }

    /// <summary>The number of basis vectors kept.</summary>
    public int Rank => _rank;

    /// <summary>Rotates a layer; directions whose singular value is no more than the tolerance are dropped.</summary>
    public static RotatedLayer Of(KnotsLayer layer, IUnitVectors vectors, double tolerance, MergeContext context)
    {
        Matrix<double> joined = Matrix.Zero<double>(layer.Rows, checked(layer.Width * vectors.VectorCount));
        for (int task = 0; task < vectors.VectorCount; task++)
        {
            layer.Assemble(vectors, task, joined.Target.Slice(0, task * layer.Width, layer.Rows, layer.Width));
        }

        ThinSvd<double> svd = RankBound(vectors) is { } bound
            ? context.LinearAlgebra.TruncatedSvd(joined.View, bound, LowRank).Factors
            : context.LinearAlgebra.ThinSvd(joined.View);
        int rank = 0;
        while (rank < svd.Count && svd.SingularValues.Span[rank] > tolerance)
        {
            Spectral.SingularBlocks.Scale(svd.Vt.Target.Row(rank), svd.SingularValues.Span[rank]);
            rank++;
        }

        return new RotatedLayer(layer, svd.U, svd.Vt, rank);
    }

    /// <summary>A row of a task's rotated matrix.</summary>
    public ReadOnlySpan<double> Row(int task, int row) => _rotated.Elements.Slice((row * _rotated.Columns) + (task * _layer.Width), _layer.Width);

    /// <summary>Rotates a merged matrix of [rank, width] back.</summary>
    public Matrix<double> RotateBack(Matrix<double> merged, MergeContext context) => context.LinearAlgebra.Multiply(_basis.FirstColumns(_rank), merged.View);

    private static int? RankBound(IUnitVectors vectors)
    {
        int?[] bounds = [.. Enumerable.Range(0, vectors.VectorCount).Select(task => vectors.RankBound(task))];
        return vectors.Unit.Tensors.Count > 1 || bounds.Contains(null) ? null : bounds.Sum();
    }
}
