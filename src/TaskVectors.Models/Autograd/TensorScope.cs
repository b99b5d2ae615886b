namespace TaskVectors.Models.Autograd;

/// <summary>
/// Owns the tensors that are made while it is open and returns their memory when it is closed, but for those that are kept. Scopes nest.
/// </summary>
/// <example><code>
/// using TensorScope scope = context.BeginScope();
/// Tensor loss = model.Loss(batch);
/// context.Backward(loss);
/// </code></example>
public sealed class TensorScope : IDisposable
{
    private readonly ComputeContext _context;
    private readonly List<Tensor> _tensors = [];
    private readonly bool _isTransparent;
    private bool _isClosed;

    internal TensorScope(ComputeContext context, TensorScope? parent, bool isTransparent)
    {
        _context = context;
        Parent = parent;
        _isTransparent = isTransparent;
    }

    internal TensorScope? Parent { get; }

    /// <summary>Hands a tensor to the scope around this one (or to the caller, where there is none), which then decides how long it lives.</summary>
    /// <param name="tensor">A tensor made in this scope; one made elsewhere is left alone.</param>
    /// <returns>The same tensor.</returns>
    public Tensor Keep(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Scope == this)
        {
            tensor.Scope = null;
            Parent?.Adopt(tensor);
        }

        return tensor;
    }

    /// <summary>Releases what was made in the scope and not kept.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _context.Close(this);
        foreach (Tensor tensor in _tensors)
        {
            if (tensor.Scope == this)
            {
                tensor.Dispose();
            }
        }

        _tensors.Clear();
    }

    internal void Adopt(Tensor tensor)
    {
        if (_isTransparent && Parent is not null)
        {
            Parent.Adopt(tensor);
            return;
        }

        tensor.Scope = _isTransparent ? null : this;
        if (!_isTransparent)
        {
            _tensors.Add(tensor);
        }
    }
}
