using TaskVectors.Tensors;

namespace TaskVectors.Models.Autograd;

/// <summary>
/// F32 numbers in row-major order in native memory, and what is needed to differentiate by them. Made by a <see cref="ComputeContext"/>;
/// the operations are extension methods in <see cref="Operations"/>. Not safe for use from several threads at once.
/// </summary>
/// <remarks>
/// A tensor lives until its <see cref="TensorScope"/> closes, until <see cref="ComputeContext.Backward(Tensor)"/> has passed it, or until it is
/// disposed, whichever comes first; <see cref="Retain"/> protects it from the second. Reading it afterwards throws
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class Tensor : IDisposable
{
    /// <summary>Elements from which a second thread helps to clear them.</summary>
    private const int LeastCleared = 1 << 16;

    private readonly int _offset;
    private readonly Lock? _widening;
    private TensorStorage? _storage;
    private StoredElements? _stored;
    private Tensor? _gradient;
    private bool _hasGradient;

    internal Tensor(ComputeContext context, TensorShape shape, TensorStorage storage, int offset = 0)
    {
        Context = context;
        Shape = shape;
        Count = (int)shape.ElementCount;
        _storage = storage;
        _offset = offset;
    }

    internal Tensor(ComputeContext context, TensorShape shape, StoredElements stored)
    {
        Context = context;
        Shape = shape;
        Count = (int)shape.ElementCount;
        _stored = stored;
        _widening = new Lock();
    }

    /// <summary>Where the tensor was made and where operations on it run.</summary>
    public ComputeContext Context { get; }

    /// <summary>The dimensions, outermost first.</summary>
    public TensorShape Shape { get; }

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>The number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>
    /// Whether <see cref="ComputeContext.Backward(Tensor)"/> computes the derivative by this tensor. Set it on parameters; results of operations
    /// on such tensors have it while the context records.
    /// </summary>
    public bool RequiresGradient { get; set; }

    /// <summary>
    /// The type of the elements in memory: F32, or the storage type of a weight that was loaded so
    /// (<see cref="ModelLoadOptions.KeepsStoredWeights"/>) and whose <see cref="Values"/> nobody has asked for.
    /// </summary>
    public DType DType => _stored?.DType ?? DType.F32;

    /// <summary>The elements, in row-major order. A weight in its storage type is widened to F32 when they are first asked for, and stays so.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been released.</exception>
    public Span<float> Values
    {
        get
        {
            TensorStorage storage = _storage ?? Widen();
            return storage.Elements.Slice(_offset, Count);
        }
    }

    /// <summary>The derivative of the scalar given to <see cref="ComputeContext.Backward(Tensor)"/> by this tensor; null where there is none.</summary>
    public Tensor? Gradient => _hasGradient ? _gradient : null;

    /// <summary>Whether the memory has been given back.</summary>
    public bool IsReleased => _storage is null && _stored is null;

    /// <summary>The elements of a weight that is in its storage type; null for F32.</summary>
    internal StoredElements? Stored => _stored;

    internal TensorScope? Scope { get; set; }

    /// <summary>The low-rank change that is added to the tensor where it maps vectors, while it is trained.</summary>
    internal Operations.LowRankAdapter? Adapter { get; set; }

    internal bool IsRetained { get; private set; }

    /// <summary>Whether an operation on the tape made the tensor, rather than a user.</summary>
    internal bool IsComputed { get; set; }

    /// <summary>The size of a dimension.</summary>
    /// <param name="axis">Counted from the outermost; negative counts from the innermost, -1 being the last.</param>
    public int Size(int axis) => (int)Shape[axis < 0 ? Rank + axis : axis];

    /// <summary>Keeps the values, and the gradient, of a computed tensor when <see cref="ComputeContext.Backward(Tensor)"/> passes it.</summary>
    /// <returns>The same tensor.</returns>
    public Tensor Retain()
    {
        IsRetained = true;
        return this;
    }

    /// <summary>The only element of a tensor of one element.</summary>
    /// <exception cref="InvalidOperationException">The tensor has more or fewer elements.</exception>
    public float Item() => Count == 1 ? Values[0] : throw new InvalidOperationException($"A tensor of shape {Shape} is not one number.");

    /// <summary>A copy of the elements.</summary>
    public float[] ToArray() => Values.ToArray();

    /// <summary>Forgets the gradient. The memory stays for the next one.</summary>
    public void ClearGradient() => _hasGradient = false;

    /// <summary>Gives the memory of the tensor and of its gradient back.</summary>
    public void Dispose()
    {
        _storage?.Release();
        _storage = null;
        _stored?.Dispose();
        _stored = null;
        ReleaseGradient();
    }

    /// <summary>The same memory under another shape of the same size, outside the tape.</summary>
    internal Tensor View(TensorShape shape, int offset = 0) => Context.Track(UntrackedView(shape, offset));

    /// <summary>As <see cref="View"/>, owned by the caller.</summary>
    internal Tensor UntrackedView(TensorShape shape, int offset = 0)
    {
        TensorStorage storage = _storage ?? Widen();
        return new Tensor(Context, shape, storage.Share(), _offset + offset);
    }

    /// <summary>
    /// The tensor into which an operation writes its part of the gradient. Where <paramref name="accumulate"/> is true it holds the parts
    /// of others and the part is to be added; else it holds nothing and every element must be written.
    /// </summary>
    internal Tensor OpenGradient(out bool accumulate)
    {
        accumulate = _hasGradient;
        _gradient ??= Context.AllocateUntracked(Shape);
        _hasGradient = true;
        return _gradient;
    }

    /// <summary>The tensor into which an operation adds scattered parts of the gradient; zeros where there were none.</summary>
    internal Tensor OpenSparseGradient()
    {
        Tensor gradient = OpenGradient(out bool accumulate);
        if (!accumulate)
        {
            Context.Team.For(gradient.Count, LeastCleared, (start, end) => gradient.Values[start..end].Clear());
        }

        return gradient;
    }

    /// <summary>Takes the gradient away from a tensor that needs it no longer; the caller owns it.</summary>
    internal Tensor? TakeGradient()
    {
        Tensor? gradient = Gradient;
        if (gradient is not null)
        {
            _gradient = null;
            _hasGradient = false;
        }

        return gradient;
    }

    /// <summary>Takes over a gradient of the same size as if it had been written here.</summary>
    internal void AdoptGradient(Tensor gradient)
    {
        _gradient?.Dispose();
        _gradient = gradient;
        _hasGradient = true;
    }

    internal void ReleaseGradient()
    {
        _gradient?.Dispose();
        _gradient = null;
        _hasGradient = false;
    }

    /// <summary>Threads that share an operation may ask for the values at once.</summary>
    private TensorStorage Widen()
    {
        ObjectDisposedException.ThrowIf(_widening is null, this);
        lock (_widening)
        {
            if (_storage is null)
            {
                ObjectDisposedException.ThrowIf(_stored is null, this);
                TensorStorage storage = new(Context.Pool, Count);
                _stored.Widen(0, storage.Elements[..Count]);
                Volatile.Write(ref _storage, storage);
                _stored.Dispose();
                _stored = null;
            }

            return _storage;
        }
    }
}
