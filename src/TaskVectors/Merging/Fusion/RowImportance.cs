using System.Buffers;

namespace TaskVectors.Merging.Fusion;

/// <summary>How much the change of each element matters: its magnitude, times the divergence that the changes of its row make in the row's softmax.</summary>
internal sealed class RowImportance
{
    private const double Smallest = 1e-8;

    private readonly int _length;
    private readonly double[] _divergences;

    /// <param name="tensor">The tensor.</param>
    public RowImportance(MergeTensor tensor)
    {
        _length = LengthOf(tensor);
        _divergences = new double[RowsOf(tensor)];
    }

    /// <summary>The number of rows, along the last axis.</summary>
    public static long RowsOf(MergeTensor tensor) => tensor.Shape.ElementCount == 0 ? 0 : tensor.Shape.ElementCount / LengthOf(tensor);

    /// <summary>Sets the divergences of rows from a row on.</summary>
    public void Set(long firstRow, ReadOnlySpan<double> divergences) => divergences.CopyTo(_divergences.AsSpan((int)firstRow));

    /// <summary>The index of the row that begins at an element.</summary>
    public long RowAt(long element) => element / _length;

    /// <summary>The divergence of each row of a block.</summary>
    public IEnumerable<double> Divergences(MergeBlock block)
    {
        var divergences = new double[block.Count / _length];
        for (int row = 0; row < divergences.Length; row++)
        {
            divergences[row] = Divergence(block[1].Slice(row * _length, _length), block[0].Slice(row * _length, _length));
        }

        return divergences;
    }

    /// <summary>The importance of each element of a block, where its rows' divergences are set.</summary>
    public void Find(MergeBlock block, Span<double> importance)
    {
        for (int start = 0; start < block.Count; start += _length)
        {
            Find(block.Slice(start, _length), _divergences[RowAt(block.First + start)], importance.Slice(start, _length));
        }
    }

    /// <summary>The importance of each element of a row.</summary>
    public static void Find(MergeBlock row, double divergence, Span<double> importance)
    {
        for (int index = 0; index < row.Count; index++)
        {
            importance[index] = Math.Abs(row[1][index] - row[0][index]) * divergence;
        }
    }

    /// <summary>KL(p || q) of the softmax of two rows, each probability increased by 1e-8; rounding below zero is zero.</summary>
    public static double Divergence(ReadOnlySpan<double> changed, ReadOnlySpan<double> original)
    {
        double[] changedPowers = ArrayPool<double>.Shared.Rent(changed.Length);
        double[] originalPowers = ArrayPool<double>.Shared.Rent(changed.Length);
        double changedSum = Exponentiate(changed, changedPowers);
        double originalSum = Exponentiate(original, originalPowers);
        double sum = 0;
        for (int index = 0; index < changed.Length; index++)
        {
            double p = (changedPowers[index] / changedSum) + Smallest;
            double q = (originalPowers[index] / originalSum) + Smallest;
            sum += p * Math.Log(p / q);
        }

        ArrayPool<double>.Shared.Return(changedPowers);
        ArrayPool<double>.Shared.Return(originalPowers);
        return Math.Max(0, sum);
    }

    private static int LengthOf(MergeTensor tensor) => tensor.Shape.Rank == 0 ? 1 : checked((int)Math.Max(1, tensor.Shape[tensor.Shape.Rank - 1]));

    // exp(x - max x) and its sum: the softmax but for a factor.
    private static double Exponentiate(ReadOnlySpan<double> row, Span<double> powers)
    {
        double top = double.NegativeInfinity;
        foreach (double value in row)
        {
            top = Math.Max(top, value);
        }

        double sum = 0;
        for (int index = 0; index < row.Length; index++)
        {
            powers[index] = Math.Exp(row[index] - top);
            sum += powers[index];
        }

        return sum;
    }
}
