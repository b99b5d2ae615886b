using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Merging;

namespace TaskVectors.Execution;

/// <summary>Merge methods as functions: in C#, and in expressions such as <c>base + tsvm(a - base, b - base, alpha: 0.9)</c>.</summary>
public static class MergeFunctions
{
    /// <summary>The task vector that a method makes of several. Lazy: nothing is read before the result is saved.</summary>
    /// <param name="method">The method.</param>
    /// <param name="vectors">The task vectors, in order.</param>
    /// <param name="settings">Values for its parameters; the rest are defaults.</param>
    /// <exception cref="TaskVectorsException">A parameter or the number of vectors does not suit the method; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static TaskVector Merge(this IMergeMethod method, IReadOnlyList<TaskVector> vectors, params IReadOnlyList<MergeSetting> settings)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfZero(vectors.Count);
        var arguments = MergeArguments.Bind(method, vectors.Count, settings, out IReadOnlyList<MergeException> errors);
        AggregateEditException.ThrowIfAny(errors);
        var call = new MergeCall(method, arguments, [.. vectors.Select(vector => vector.Form)]);
        return new TaskVector(AffineForm.Of(new MergedSource(call), isVector: true).WithAnchor(call.Anchor));
    }

    /// <summary>Lets expressions over these models call every merge method by its name.</summary>
    public static ExpressionModels AddMergeMethods(this ExpressionModels models)
    {
        ArgumentNullException.ThrowIfNull(models);
        return MergeMethods.All.Aggregate(models, (known, method) => known.AddFunction(method.Name, call => method.Merge(call.Vectors, [.. call.Arguments.SelectMany(SettingsOf)])));
    }

    private static IEnumerable<MergeSetting> SettingsOf(ExpressionArgument argument) =>
        argument.Values.Select((value, index) => new MergeSetting(argument.Name, value, argument.IsList ? index : null));
}
