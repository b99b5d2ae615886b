using TaskVectors.Execution;

namespace TaskVectors.Analysis;

/// <summary>
/// The inner products of the base and of every task vector. Blocks are added in order, so that the sums do not depend on which
/// thread was first, nor on the size of tiles.
/// </summary>
internal sealed class GramSums
{
    private readonly IReadOnlyList<ComparedTensor> _tensors;
    private readonly TileTurns[] _turns;
    private readonly double[][] _sums;

    public GramSums(IReadOnlyList<ComparedTensor> tensors, int count)
    {
        _tensors = tensors;
        Count = count;
        _turns = [.. tensors.Select(_ => new TileTurns())];
        _sums = [.. tensors.Select(_ => new double[PairCount])];
    }

    /// <summary>The number of vectors: the base and the models.</summary>
    public int Count { get; }

    public int PairCount => Count * (Count + 1) / 2;

    /// <summary>Adds the products of a tile's blocks, <see cref="PairCount"/> numbers each.</summary>
    public void Add(Tile tile, ReadOnlyMemory<double> blocks, CancellationToken cancellationToken) =>
        _turns[tile.Tensor].Take(tile.Ordinal, () => Add(_sums[tile.Tensor], blocks.Span), cancellationToken);

    public ComparisonReport Report(string baseName, IReadOnlyList<string> names)
    {
        double[] total = new double[PairCount];
        foreach (double[] sums in _sums)
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
            Layers = [.. _tensors.Select((tensor, index) => new LayerComparison(tensor.Name, tensor.Parts[0].ElementCount, LayerNorms(_sums[index])))],
        };
    }

    private static void Add(double[] sum, ReadOnlySpan<double> blocks)
    {
        for (int index = 0; index < blocks.Length; index++)
        {
            sum[index % sum.Length] += blocks[index];
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
