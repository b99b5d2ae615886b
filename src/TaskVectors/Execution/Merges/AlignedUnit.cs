using System.Collections.Immutable;
using TaskVectors.Execution.Planning;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>A unit's values as a kernel reads them.</summary>
internal sealed class AlignedUnit(PreparedUnit unit, AlignedVectors vectors, AlignedVectorReader reader) : IUnitVectors
{
    private readonly Lazy<ImmutableArray<PlannedTerm>>[] _totals =
        [.. unit.Places.Select(place => new Lazy<ImmutableArray<PlannedTerm>>(() => vectors.Tensors[place].Total()))];

    public MergeUnit Unit => unit.Unit;

    public int VectorCount => vectors.Tensors[unit.Places[0]].Vectors.Length;

    public Matrix<double> Read(int vector, int tensor = 0)
    {
        MergeTensor shape = unit.Unit.Tensors[tensor];
        Matrix<double> matrix = Matrix.Zero<double>(shape.Rows, shape.Columns);
        reader.Read(vectors.Tensors[unit.Places[tensor]], vector, matrix.Target.Elements);
        return matrix;
    }

    public void Read(int vector, int tensor, long start, Span<double> destination) =>
        reader.Read(vectors.Tensors[unit.Places[tensor]], vector, start, destination);

    public bool HasStatistics(int tensor = 0) => !vectors.Tensors[unit.Places[tensor]].Statistics.IsEmpty;

    public bool IsOfRows(int tensor = 0) => vectors.Tensors[unit.Places[tensor]].IsOfRows;

    public Matrix<double> ReadStatistics(int vector, int tensor = 0)
    {
        PlannedTerm term = vectors.Tensors[unit.Places[tensor]].Statistics[vector];
        int order = checked((int)term.Tensor.Shape[0]);
        Matrix<double> matrix = Matrix.Zero<double>(order, order);
        reader.Read(term, matrix.Target.Elements);
        return matrix;
    }

    public void Sum(int tensor, long start, Span<double> destination) =>
        reader.Read(_totals[tensor].Value, start, destination);

    public int? RankBound(int vector, int tensor = 0) => vectors.RankBound(vectors.Tensors[unit.Places[tensor]], vector);
}
