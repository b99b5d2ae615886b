using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra.Expressions;

/// <summary>The names an expression may use, and the checkpoint or task vector each stands for. Names are case-sensitive.</summary>
public sealed class ExpressionModels
{
    private readonly SortedDictionary<string, ExpressionValue> _values = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FunctionForms> _functions = new(StringComparer.Ordinal);

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

    /// <summary>The names of the functions added, sorted.</summary>
    public IReadOnlyCollection<string> Functions => _functions.Keys;

    /// <summary>
    /// Adds a function that makes one task vector of several, written <c>name(x, y, ..., parameter: value)</c>. A model of the same name does
    /// not hide it: the parenthesis tells them apart.
    /// </summary>
    /// <param name="name">Letters, digits and underscores, starting with a letter.</param>
    /// <param name="function">The function.</param>
    /// <exception cref="ArgumentException">The name is no plain identifier, or is taken by another function.</exception>
    public ExpressionModels AddFunction(string name, ExpressionFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(name, forms => forms.OfVectors is null ? forms with { OfVectors = function } : null);
    }

    /// <summary>
    /// Adds a function that makes one checkpoint of several. It may share its name with a function of task vectors: the arguments tell them apart.
    /// </summary>
    /// <param name="name">Letters, digits and underscores, starting with a letter.</param>
    /// <param name="function">The function.</param>
    /// <exception cref="ArgumentException">The name is no plain identifier, or is taken by another function of models.</exception>
    public ExpressionModels AddModelFunction(string name, ExpressionModelFunction function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Add(name, forms => forms.OfModels is null ? forms with { OfModels = function } : null);
    }

    internal bool TryGetFunction(string name, out FunctionForms function) => _functions.TryGetValue(name, out function!);

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

    private ExpressionModels Add(string name, Func<FunctionForms, FunctionForms?> add)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        bool isAllowed = ExpressionSyntax.IsParameterName(name) && !ExpressionParser.IsFunction(name);
        if (!isAllowed || add(_functions.GetValueOrDefault(name) ?? new FunctionForms(null, null)) is not { } forms)
        {
            throw new ArgumentException($"'{name}' cannot be the name of a function: it is no plain identifier, or is taken.", nameof(name));
        }

        _functions[name] = forms;
        return this;
    }
}
