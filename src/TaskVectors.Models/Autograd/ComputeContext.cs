using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Autograd;

/// <summary>
/// Where tensors live and operations run: pooled native memory, threads, matrix products, and the tape of reverse-mode differentiation.
/// An object is for one thread at a time; it uses several threads inside.
/// </summary>
/// <remarks>
/// Operations on tensors that require gradients are recorded until <see cref="Backward(Tensor)"/> is called or a scope of
/// <see cref="BeginInference"/> is open. Results are the same bytes for the same inputs, number of threads and linear algebra library.
/// OpenBLAS has one number of threads a process: making a context sets it to 1, as the context divides products itself.
/// </remarks>
public sealed class ComputeContext : IDisposable
{
    private readonly List<TapeNode> _tape = [];
    private TensorScope? _scope;
    private int _inferences;

    /// <summary>Makes a context.</summary>
    /// <param name="options">Threads and linear algebra; all processors and OpenBLAS where present when absent.</param>
    /// <exception cref="OpenBlasNotFoundException">OpenBLAS was chosen and cannot be loaded.</exception>
    public ComputeContext(ComputeOptions? options = null)
    {
        options ??= new ComputeOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads, nameof(options));
        Team = new WorkerTeam(options.Threads == 0 ? Environment.ProcessorCount : options.Threads);
        LinearAlgebra = LinearAlgebraProvider.Create(options.LinearAlgebra, threads: 1);
    }

    /// <summary>The threads that share an operation.</summary>
    public int Threads => Team.Threads;

    /// <summary>The library that multiplies matrices: <c>openblas</c> or <c>managed</c>.</summary>
    public string LinearAlgebraName => LinearAlgebra.Name;

    /// <summary>Whether operations on tensors that require gradients are recorded.</summary>
    public bool IsRecording => _inferences == 0;

    /// <summary>Bytes of tensors alive now.</summary>
    public long TensorBytes => Pool.LentBytes;

    /// <summary>The most bytes of native memory that were held at one time.</summary>
    public long PeakBytes => Pool.PeakBytes;

    internal BufferPool Pool { get; } = new();

    internal WorkerTeam Team { get; }

    internal ILinearAlgebraProvider LinearAlgebra { get; }

    /// <summary>Who is told of the inputs of linear layers; nobody where <see langword="null"/>.</summary>
    internal ILinearObserver? Observer { get; set; }

    /// <summary>Makes a tensor of zeros.</summary>
    /// <param name="dimensions">The dimensions, outermost first; none for one number.</param>
    public Tensor Zeros(params ReadOnlySpan<long> dimensions)
    {
        Tensor tensor = Allocate(new TensorShape(dimensions));
        tensor.Values.Clear();
        return tensor;
    }

    /// <summary>Makes a tensor of the given numbers, which are copied.</summary>
    /// <param name="values">The numbers in row-major order.</param>
    /// <param name="dimensions">The dimensions, outermost first; none for one number.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape has places.</exception>
    public Tensor Create(ReadOnlySpan<float> values, params ReadOnlySpan<long> dimensions)
    {
        TensorShape shape = new(dimensions);
        if (shape.ElementCount != values.Length)
        {
            throw new ArgumentException($"{values.Length} numbers do not fill the shape {shape}.", nameof(values));
        }

        Tensor tensor = Allocate(shape);
        values.CopyTo(tensor.Values);
        return tensor;
    }

    /// <summary>Makes a tensor that no scope owns, for parameters: it lives until it is disposed. The values are not set.</summary>
    /// <param name="shape">The dimensions.</param>
    public Tensor AllocateUntracked(TensorShape shape) => new(this, shape, new TensorStorage(Pool, Count(shape)));

    /// <summary>Makes a weight in a storage type of 16 bits, which nobody but its owner releases. The values are not set.</summary>
    internal Tensor AllocateStored(TensorShape shape, DType dtype) => new(this, shape, new StoredElements(Pool, dtype, Count(shape)));

    /// <summary>Opens a scope; tensors made until it is closed belong to it.</summary>
    public TensorScope BeginScope() => _scope = new TensorScope(this, _scope, isTransparent: false);

    /// <summary>
    /// Opens a scope around a part of a model: a scope like any other when nothing is recorded, and one that does nothing while the tape
    /// needs what is made.
    /// </summary>
    public TensorScope BeginBlock() => _scope = new TensorScope(this, _scope, isTransparent: IsRecording);

    /// <summary>Stops recording until the returned object is disposed.</summary>
    public IDisposable BeginInference()
    {
        _inferences++;
        return new Inference(this);
    }

    /// <summary>
    /// Computes the derivatives of a number by every tensor that requires them and adds them to the gradients of these tensors. Clears
    /// the tape. Tensors that were computed on the way are released, unless <see cref="Tensor.Retain"/> was called.
    /// </summary>
    /// <param name="loss">A tensor of one element, the result of recorded operations.</param>
    /// <exception cref="ArgumentException">The tensor has several elements, or nothing was recorded for it.</exception>
    public void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (loss.Count != 1)
        {
            throw new ArgumentException($"Derivatives are taken of one number, not of a tensor of shape {loss.Shape}.", nameof(loss));
        }

        using Tensor one = AllocateUntracked(loss.Shape);
        one.Values[0] = 1;
        Backward(loss, one);
    }

    /// <summary>As <see cref="Backward(Tensor)"/>, for the sum of the elements of a tensor times given numbers.</summary>
    /// <param name="output">A result of recorded operations.</param>
    /// <param name="cotangent">As many numbers as the output has elements.</param>
    /// <exception cref="ArgumentException">The sizes differ, or nothing was recorded for the output.</exception>
    public void Backward(Tensor output, Tensor cotangent)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cotangent);
        if (!output.RequiresGradient || !output.IsComputed || _tape.Count == 0)
        {
            throw new ArgumentException("Nothing was recorded for the tensor: no input requires a gradient, or recording is off.", nameof(output));
        }

        if (output.Count != cotangent.Count)
        {
            throw new ArgumentException($"{cotangent.Count} numbers do not fit an output of shape {output.Shape}.", nameof(cotangent));
        }

        cotangent.Values.CopyTo(output.OpenGradient(out _).Values);
        _inferences++;
        try
        {
            for (int i = _tape.Count - 1; i >= 0; i--)
            {
                RunNode(_tape[i], output);
            }
        }
        finally
        {
            _inferences--;
            _tape.Clear();
        }
    }

    /// <summary>Forgets what was recorded, as after an error.</summary>
    public void ClearTape() => _tape.Clear();

    /// <summary>Stops the threads and gives idle memory back. Tensors still alive keep theirs until they are disposed or collected.</summary>
    public void Dispose()
    {
        _tape.Clear();
        Team.Dispose();
        Pool.Dispose();
    }

    internal Tensor Allocate(TensorShape shape) => Track(AllocateUntracked(shape));

    internal Tensor Allocate(params ReadOnlySpan<long> dimensions) => Allocate(new TensorShape(dimensions));

    internal Tensor Track(Tensor tensor)
    {
        _scope?.Adopt(tensor);
        return tensor;
    }

    internal bool Needs(params ReadOnlySpan<Tensor?> inputs)
    {
        if (!IsRecording)
        {
            return false;
        }

        foreach (Tensor? input in inputs)
        {
            if (input is { RequiresGradient: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts an operation on the tape. Call it where <see cref="Needs"/> says so.</summary>
    internal void Record(Tensor output, Action<Tensor> backward, params Tensor[] saved)
    {
        output.RequiresGradient = true;
        output.IsComputed = true;
        _tape.Add(new TapeNode(output, backward, saved));
    }

    internal void Close(TensorScope scope)
    {
        if (_scope != scope)
        {
            throw new InvalidOperationException("Scopes close in the reverse order of opening.");
        }

        _scope = scope.Parent;
    }

    private static int Count(TensorShape shape) => shape.ElementCount <= int.MaxValue - 64
        ? (int)shape.ElementCount
        : throw new ArgumentException($"A tensor of shape {shape} has more than 2^31 elements, more than the engine handles.", nameof(shape));

    private static void RunNode(TapeNode node, Tensor root)
    {
        if (node.Output.Gradient is { } gradient)
        {
            node.Backward(gradient);
        }

        foreach (Tensor saved in node.Saved)
        {
            saved.Dispose();
        }

        if (node.Output.IsRetained)
        {
            return;
        }

        node.Output.ReleaseGradient();
        if (node.Output != root)
        {
            node.Output.Dispose();
        }
    }

    private sealed class Inference(ComputeContext context) : IDisposable
    {
        private ComputeContext? _context = context;

        public void Dispose()
        {
            if (_context is not null)
            {
                _context._inferences--;
                _context = null;
            }
        }
    }
}
