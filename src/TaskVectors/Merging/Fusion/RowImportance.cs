using System.Buffers;
using System.Numerics;
using TaskVectors.Merging.Kernels;

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

    /// <summary>The importance of each element of a block, where its rows' divergences are set. It may begin and end within a row.</summary>
    public void Find(MergeBlock block, Span<double> importance)
    {
        for (int start = 0; start < block.Count;)
        {
            long first = block.First + start;
            int count = (int)Math.Min(_length - (first % _length), block.Count - start);
            Find(block.Slice(start, count), _divergences[RowAt(first)], importance.Slice(start, count));
            start += count;
        }
    }

    /// <summary>The importance of each element of a row.</summary>
    public static void Find(MergeBlock row, double divergence, Span<double> importance)
    {
        ReadOnlySpan<double> original = row[0];
        ReadOnlySpan<double> changed = row[1];
        var factor = new Vector<double>(divergence);
        int index = 0;
        for (; index <= importance.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            (Vector.Abs(new Vector<double>(changed[index..]) - new Vector<double>(original[index..])) * factor).CopyTo(importance[index..]);
        }

        for (; index < importance.Length; index++)
        {
            importance[index] = Math.Abs(changed[index] - original[index]) * divergence;
        }
    }

    /// <summary>KL(p || q) of the softmax of two rows, each probability increased by 1e-8; rounding below zero is zero.</summary>
    public static double Divergence(ReadOnlySpan<double> changed, ReadOnlySpan<double> original)
    {
        double[] rented = ArrayPool<double>.Shared.Rent(2 * changed.Length);
        Span<double> changedPowers = rented.AsSpan(0, changed.Length);
        Span<double> originalPowers = rented.AsSpan(changed.Length, changed.Length);
        double changedShare = 1 / SoftmaxSums.Exponentiate(changed, changedPowers);
        double originalShare = 1 / SoftmaxSums.Exponentiate(original, originalPowers);
        double sum = SoftmaxSums.Divergence(changedPowers, changedShare, originalPowers, originalShare, Smallest);
        ArrayPool<double>.Shared.Return(rented);
        return Math.Max(0, sum);
    }

    private static int LengthOf(MergeTensor tensor) => tensor.Shape.Rank == 0 ? 1 : checked((int)Math.Max(1, tensor.Shape[tensor.Shape.Rank - 1]));
}
