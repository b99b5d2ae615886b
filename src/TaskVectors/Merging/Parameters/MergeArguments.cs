using System.Collections.Immutable;

namespace TaskVectors.Merging.Parameters;

/// <summary>The values of a method's parameters for a merge of T task vectors: every parameter has one, or one a task vector.</summary>
public sealed class MergeArguments
{
    private readonly IMergeMethod _method;
    private readonly Dictionary<MergeParameter, object[]> _values;

    private MergeArguments(IMergeMethod method, int vectorCount, Dictionary<MergeParameter, object[]> values)
    {
        _method = method;
        VectorCount = vectorCount;
        _values = values;
    }

    /// <summary>The number of task vectors, T.</summary>
    public int VectorCount { get; }

    /// <summary>Binds values to the parameters of a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="vectorCount">The number of task vectors.</param>
    /// <param name="settings">The values given; the rest are defaults.</param>
    /// <param name="errors">Everything that is wrong; empty where the result can be used.</param>
    public static MergeArguments Bind(IMergeMethod method, int vectorCount, IReadOnlyList<MergeSetting> settings, out IReadOnlyList<MergeException> errors)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(settings);
        var binding = new MergeBinding(method, vectorCount);
        errors = binding.Bind(settings);
        return new MergeArguments(method, vectorCount, binding.Values);
    }

    /// <summary>The value of a parameter that holds for all task vectors.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="parameter">A parameter of the method.</param>
    public T Get<T>(MergeParameter<T> parameter)
        where T : notnull => Get(parameter, 0);

    /// <summary>The value of a parameter for one task vector.</summary>
    /// <typeparam name="T">The type of its values.</typeparam>
    /// <param name="parameter">A parameter of the method.</param>
    /// <param name="vector">The index of the task vector.</param>
    public T Get<T>(MergeParameter<T> parameter, int vector)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(parameter);
        object[] values = _values[parameter];
        return (T)values[values.Length == 1 ? 0 : vector];
    }

    /// <summary>
    /// The values as the arguments of a call in an expression, in the order of declaration, defaults included. Statistics are none of them: they stand among
    /// the models.
    /// </summary>
    public override string ToString() => ToText(name => name != StatisticsParameter.ParameterName);

    /// <summary>The values of some parameters as the arguments of a call in an expression, in the order of declaration.</summary>
    /// <param name="isWanted">Which parameters, by name.</param>
    public string ToText(Func<string, bool> isWanted) =>
        string.Join(", ", _method.Parameters.Where(parameter => isWanted(parameter.Name)).Select(parameter => $"{parameter.Name}: {Write(parameter)}"));

    private string Write(MergeParameter parameter)
    {
        ImmutableArray<string> texts = [.. _values[parameter].Select(parameter.Write)];
        return texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
    }
}
