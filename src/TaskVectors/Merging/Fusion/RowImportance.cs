using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    /// <summary>Finds the divergence of each row of a block.</summary>
    public double[] Divergences<T>(MergeBlock<T> block)
        where T : unmanaged
    {
        var divergences = new double[block.Count / _length];
        for (int row = 0; row < divergences.Length; row++)
        {
            MergeBlock<T> values = block.Slice(row * _length, _length);
            divergences[row] = typeof(T) == typeof(float)
                ? Divergence(values.As<float>()[1], values.As<float>()[0])
                : Divergence(values.As<double>()[1], values.As<double>()[0]);
        }

        return divergences;
    }

    /// <summary>The importance of each element of a block, where its rows' divergences are set. It may begin and end within a row.</summary>
    public void Find<T>(MergeBlock<T> block, Span<T> importance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Find(block, _divergences.AsSpan((int)RowAt(block.First)), importance);

    /// <summary>The importance of each element of a block with the divergences of its rows. It may begin and end within a row.</summary>
    public void Find<T>(MergeBlock<T> block, ReadOnlySpan<double> divergences, Span<T> importance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int start = 0, row = 0; start < block.Count; row++)
        {
            int count = (int)Math.Min(_length - ((block.First + start) % _length), block.Count - start);
            Find(block.Slice(start, count), T.CreateTruncating(divergences[row]), importance.Slice(start, count));
            start += count;
        }
    }

    /// <summary>The importance of each element of a row.</summary>
    public static void Find<T>(MergeBlock<T> row, T divergence, Span<T> importance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T original = ref row.FirstValue;
        ref T changed = ref Unsafe.Add(ref original, row.Stride);
        ref T target = ref MemoryMarshal.GetReference(importance[..row.Count]);
        var factor = new Vector<T>(divergence);
        int index = 0;
        for (; index <= row.Count - Vector<T>.Count; index += Vector<T>.Count)
        {
            Vector<T> change = Vector.LoadUnsafe(ref changed, (nuint)index) - Vector.LoadUnsafe(ref original, (nuint)index);
            (Vector.Abs(change) * factor).StoreUnsafe(ref target, (nuint)index);
        }

        for (; index < row.Count; index++)
        {
            importance[index] = T.Abs(row[1][index] - row[0][index]) * divergence;
        }
    }

    /// <summary>The same of two rows in F32; where sums in F32 would not do, from their values in F64.</summary>
    public static double Divergence(ReadOnlySpan<float> changed, ReadOnlySpan<float> original)
    {
        float[] rented = ArrayPool<float>.Shared.Rent(2 * changed.Length);
        double? found = SingleDivergence.Find(changed, original, Smallest, rented);
        ArrayPool<float>.Shared.Return(rented);
        if (found is { } divergence)
        {
            return divergence;
        }

        double[] widened = ArrayPool<double>.Shared.Rent(2 * changed.Length);
        Span<double> doubles = widened.AsSpan(0, 2 * changed.Length);
        for (int index = 0; index < changed.Length; index++)
        {
            (doubles[index], doubles[changed.Length + index]) = (changed[index], original[index]);
        }

        double exact = Divergence(doubles[..changed.Length], doubles[changed.Length..]);
        ArrayPool<double>.Shared.Return(widened);
        return exact;
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
