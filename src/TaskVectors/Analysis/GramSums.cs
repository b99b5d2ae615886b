using TaskVectors.Execution.Tiles;

namespace TaskVectors.Analysis;

/// <summary>
/// The inner products of the base and of every task vector. They are kept for groups of elements and added in order at the end, so that
/// the sums depend neither on which thread was first nor on the size of tiles.
/// </summary>
internal sealed class GramSums
{
    private readonly IReadOnlyList<ComparedTensor> _tensors;
    private readonly double[][] _groups;

    public GramSums(IReadOnlyList<ComparedTensor> tensors, int count)
    {
        _tensors = tensors;
        Count = count;
        _groups = [.. tensors.Select(tensor => new double[checked(GroupCount(tensor.Base.ElementCount) * PairCount)])];
    }

    /// <summary>The number of vectors: the base and the models.</summary>
    public int Count { get; }

    public int PairCount => Count * (Count + 1) / 2;

    /// <summary>The products of the groups of a tile, <see cref="PairCount"/> numbers each. Safe for concurrent calls with different tiles.</summary>
    public Span<double> Of(Tile tile) =>
        _groups[tile.Tensor].AsSpan((int)(tile.First / LaneBudget.GroupElements) * PairCount, (int)GroupCount(tile.Count) * PairCount);

    /// <summary>The tensor and the vector in it whose squared norm is not a finite number; <see langword="null"/> where there is none.</summary>
    public (ComparedTensor Tensor, int Vector)? FindNotFinite()
    {
        for (int tensor = 0; tensor < _groups.Length; tensor++)
        {
            double[] sums = Sum(_groups[tensor]);
            for (int vector = 0; vector < Count; vector++)
            {
                if (!double.IsFinite(sums[Pair(vector, vector)]))
                {
                    return (_tensors[tensor], vector);
                }
            }
        }

        return null;
    }

    public ComparisonReport Report(string baseName, IReadOnlyList<string> names)
    {
        double[][] layers = [.. _groups.Select(Sum)];
        double[] total = new double[PairCount];
        foreach (double[] sums in layers)
        {
            Add(total, sums);
        }

        double[] norms = [.. Enumerable.Range(1, Count - 1).Select(model => Math.Sqrt(total[Pair(model, model)]))];
        double baseNorm = Math.Sqrt(total[Pair(0, 0)]);
        return new ComparisonReport
        {
            Base = baseName,
            Names = names,
            Norms = norms,
            RelativeNorms = [.. norms.Select(norm => norm / baseNorm)],
            Cosines = [.. Enumerable.Range(1, Count - 1).Select(row => Cosines(total, row))],
            Layers = [.. _tensors.Select((tensor, index) => new LayerComparison(tensor.Name, tensor.Base.ElementCount, LayerNorms(layers[index])))],
        };
    }

    private static long GroupCount(long elements) => (elements + LaneBudget.GroupElements - 1) / LaneBudget.GroupElements;

    private double[] Sum(double[] groups)
    {
        double[] sum = new double[PairCount];
        Add(sum, groups);
        return sum;
    }

    private static void Add(double[] sum, ReadOnlySpan<double> groups)
    {
        for (int index = 0; index < groups.Length; index++)
        {
            sum[index % sum.Length] += groups[index];
        }
    }

    private double[] LayerNorms(double[] sums) => [.. Enumerable.Range(1, Count - 1).Select(model => Math.Sqrt(sums[Pair(model, model)]))];

    private double[] Cosines(double[] total, int row) =>
        [.. Enumerable.Range(1, Count - 1).Select(column => Cosine(total, row, column))];

    // The roots one by one: the product of two squared norms may leave the range of a number where the cosine does not.
    private double Cosine(double[] total, int row, int column)
    {
        double norms = Math.Sqrt(total[Pair(row, row)]) * Math.Sqrt(total[Pair(column, column)]);
        double cosine = total[Pair(Math.Min(row, column), Math.Max(row, column))] / norms;
        return row == column && norms > 0 ? 1 : Math.Clamp(cosine, -1, 1);
    }

    private int Pair(int row, int column) => (row * Count) - (row * (row - 1) / 2) + (column - row);
}
