using TaskVectors.Tensors;

namespace TaskVectors.Merging;

/// <summary>The values of a run of elements of all models, as a kernel sees them: F64, whatever they are stored in.</summary>
public readonly ref struct MergeBlock
{
    private readonly Span<double> _values;
    private readonly int _stride;
    private readonly ReadOnlySpan<PhiloxKey> _keys;

    private readonly long _origin;

    internal MergeBlock(MergeTensor tensor, long first, int count, Span<double> values, int stride, ReadOnlySpan<PhiloxKey> keys, long origin = 0)
    {
        Tensor = tensor;
        First = first;
        Count = count;
        _values = values;
        _stride = stride;
        _keys = keys;
        _origin = origin;
    }

    /// <summary>The tensor.</summary>
    public MergeTensor Tensor { get; }

    /// <summary>The index in the tensor of the first element.</summary>
    public long First { get; }

    /// <summary>The index of the first element among all elements of the tensors that a kernel surveys together; for other kernels <see cref="First"/>.</summary>
    public long Position => _origin + First;

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>The number of models.</summary>
    public int ModelCount => _keys.Length;

    /// <summary>The values of one model.</summary>
    /// <param name="model">Its index.</param>
    public Span<double> this[int model] => _values.Slice(model * _stride, Count);

    /// <summary>The key of the random numbers of one model in this tensor; element i has those of index <see cref="First"/> + i.</summary>
    /// <param name="model">Its index.</param>
    public PhiloxKey KeyOf(int model) => _keys[model];

    /// <summary>A part of the block.</summary>
    /// <param name="start">The first element, counted from the beginning of the block.</param>
    /// <param name="count">The number of elements.</param>
    public MergeBlock Slice(int start, int count) => new(Tensor, First + start, count, _values[start..], _stride, _keys, _origin);
}
