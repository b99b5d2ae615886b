using TaskVectors.Tensors;

namespace TaskVectors.Merging.Kernels;

/// <summary>The values of a run of elements of all models, as a kernel sees them: F64, whatever they are stored in.</summary>
public readonly ref struct MergeBlock
{
    internal MergeBlock(MergeBlock<double> values) => Values = values;

    internal MergeBlock(MergeTensor tensor, long first, int count, Span<double> values, int stride, ReadOnlySpan<PhiloxKey> keys, long origin = 0)
        : this(new MergeBlock<double>(tensor, first, count, values, stride, keys, origin))
    {
    }

    /// <summary>The tensor.</summary>
    public MergeTensor Tensor => Values.Tensor;

    /// <summary>The index in the tensor of the first element.</summary>
    public long First => Values.First;

    /// <summary>The index of the first element among all elements of the tensors that a kernel surveys together; for other kernels <see cref="First"/>.</summary>
    public long Position => Values.Position;

    /// <summary>The number of elements.</summary>
    public int Count => Values.Count;

    /// <summary>The number of models.</summary>
    public int ModelCount => Values.ModelCount;

    /// <summary>The same, for loops over any precision.</summary>
    internal MergeBlock<double> Values { get; }

    /// <summary>The values of one model.</summary>
    /// <param name="model">Its index.</param>
    public Span<double> this[int model] => Values[model];

    /// <summary>The key of the random numbers of one model in this tensor; element i has those of index <see cref="First"/> + i.</summary>
    /// <param name="model">Its index.</param>
    public PhiloxKey KeyOf(int model) => Values.KeyOf(model);

    /// <summary>A part of the block.</summary>
    /// <param name="start">The first element, counted from the beginning of the block.</param>
    /// <param name="count">The number of elements.</param>
    public MergeBlock Slice(int start, int count) => new(Values.Slice(start, count));
}
