using TaskVectors.Tensors;

namespace TaskVectors.Merging.Kernels;

/// <summary>The values of a run of elements of all models, in F64 or F32; see <see cref="MergeBlock"/>.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
internal readonly ref struct MergeBlock<T>
    where T : unmanaged
{
    private readonly Span<T> _values;
    private readonly int _stride;
    private readonly ReadOnlySpan<PhiloxKey> _keys;
    private readonly long _origin;

    public MergeBlock(MergeTensor tensor, long first, int count, Span<T> values, int stride, ReadOnlySpan<PhiloxKey> keys, long origin = 0)
    {
        Tensor = tensor;
        First = first;
        Count = count;
        _values = values;
        _stride = stride;
        _keys = keys;
        _origin = origin;
    }

    /// <inheritdoc cref="MergeBlock.Tensor"/>
    public MergeTensor Tensor { get; }

    /// <inheritdoc cref="MergeBlock.First"/>
    public long First { get; }

    /// <inheritdoc cref="MergeBlock.Position"/>
    public long Position => _origin + First;

    /// <inheritdoc cref="MergeBlock.Count"/>
    public int Count { get; }

    /// <inheritdoc cref="MergeBlock.ModelCount"/>
    public int ModelCount => _keys.Length;

    /// <summary>The distance from the values of one model to those of the next.</summary>
    public int Stride => _stride;

    /// <summary>The values of one model.</summary>
    public Span<T> this[int model] => _values.Slice(model * _stride, Count);

    /// <summary>The first value of the first model; that of another one lies as many times <see cref="Stride"/> behind it.</summary>
    public ref T FirstValue => ref System.Runtime.InteropServices.MemoryMarshal.GetReference(_values);

    /// <inheritdoc cref="MergeBlock.KeyOf"/>
    public PhiloxKey KeyOf(int model) => _keys[model];

    /// <summary>The same block, where its values are known to be of a type.</summary>
    public MergeBlock<TOther> As<TOther>()
        where TOther : unmanaged =>
        new(Tensor, First, Count, System.Runtime.InteropServices.MemoryMarshal.Cast<T, TOther>(_values), _stride, _keys, _origin);

    /// <inheritdoc cref="MergeBlock.Slice"/>
    public MergeBlock<T> Slice(int start, int count) => new(Tensor, First + start, count, _values[start..], _stride, _keys, _origin);
}
