using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra.Expressions;

/// <summary>The names an expression may use, and the checkpoint or task vector each stands for. Names are case-sensitive.</summary>
public sealed class ExpressionModels
{
    private readonly SortedDictionary<string, ExpressionValue> _values = new(StringComparer.Ordinal);

    /// <summary>The names, sorted.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Names a checkpoint.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public ExpressionModels Add(string name, Checkpoint checkpoint) => Add(name, new ExpressionValue.Form(checkpoint.Form, 1));

    /// <summary>Names a task vector.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public ExpressionModels Add(string name, TaskVector vector) => Add(name, new ExpressionValue.Form(vector.Form, 0));

    /// <summary>Names an opened source: a task vector where its metadata says so, else a checkpoint.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public ExpressionModels Add(string name, CheckpointSource source) =>
        TaskVectorMetadata.IsTaskVector(source) ? Add(name, TaskVector.FromSource(source)) : Add(name, Checkpoint.FromSource(source));

    internal bool TryGet(string name, out ExpressionValue value) => _values.TryGetValue(name, out value!);

    private ExpressionModels Add(string name, ExpressionValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_values.TryAdd(name, value))
        {
            throw new ArgumentException($"The name '{name}' is given to two models; every model needs a name of its own.", nameof(name));
        }

        return this;
    }
}
