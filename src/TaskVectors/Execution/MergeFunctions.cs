using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Execution.Merges;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Execution;

/// <summary>
/// Merge methods as functions: in C#, and in expressions such as <c>base + tsvm(a - base, b - base, alpha: 0.9)</c> or <c>slerp(a, b, t: 0.3)</c>.
/// Lazy: nothing is read before the result is saved.
/// </summary>
public static class MergeFunctions
{
    /// <summary>The task vector that a method makes of several.</summary>
    /// <param name="method">The method.</param>
    /// <param name="vectors">The task vectors, in order.</param>
    /// <param name="settings">Values for its parameters; the rest are defaults.</param>
    /// <exception cref="TaskVectorsException">A parameter or the number of vectors does not suit the method; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static TaskVector Merge(this IMergeMethod method, IReadOnlyList<TaskVector> vectors, params IReadOnlyList<MergeSetting> settings) =>
        method.Merge(vectors, new ConstantParameters(settings));

    /// <summary>The task vector that a method makes of several, with parameters of its own for each tensor.</summary>
    /// <param name="method">The method; its <see cref="IMergeMethod.Base"/> is <see cref="BaseRole.Origin"/> or <see cref="BaseRole.OptionalOrigin"/>.</param>
    /// <param name="vectors">The task vectors, in order.</param>
    /// <param name="parameters">Values for its parameters. Those that are not constant are checked when the edit is planned.</param>
    /// <exception cref="TaskVectorsException">A parameter or the number of vectors does not suit the method; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static TaskVector Merge(this IMergeMethod method, IReadOnlyList<TaskVector> vectors, IParameterSource parameters)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfZero(vectors.Count);
        return method.Base is BaseRole.Origin or BaseRole.OptionalOrigin
            ? new TaskVector(Form(method, [.. vectors.Select(vector => vector.Form)], parameters, isVector: true))
            : throw new MergeException(MergeError.WrongOperands, $"The method {method.Name} merges models, not task vectors; write {method.Name}(a, b) rather than {method.Name}(a - base, b - base).");
    }

    /// <summary>The checkpoint that a method makes of several.</summary>
    /// <param name="method">The method.</param>
    /// <param name="models">The checkpoints, in order; the first says which tensors and companion files the result has.</param>
    /// <param name="settings">Values for its parameters; the rest are defaults.</param>
    /// <exception cref="TaskVectorsException">A parameter or the number of checkpoints does not suit the method; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static Checkpoint Merge(this IMergeMethod method, IReadOnlyList<Checkpoint> models, params IReadOnlyList<MergeSetting> settings) =>
        method.Merge(models, new ConstantParameters(settings));

    /// <summary>The checkpoint that a method makes of several, with parameters of its own for each tensor.</summary>
    /// <param name="method">The method; its <see cref="IMergeMethod.Base"/> is not <see cref="BaseRole.Origin"/>.</param>
    /// <param name="models">The checkpoints, in order.</param>
    /// <param name="parameters">Values for its parameters. Those that are not constant are checked when the edit is planned.</param>
    /// <param name="anchor">The checkpoint whose tensors and companion files the result has; the first model when <see langword="null"/>.</param>
    /// <exception cref="TaskVectorsException">A parameter or the number of checkpoints does not suit the method; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static Checkpoint Merge(this IMergeMethod method, IReadOnlyList<Checkpoint> models, IParameterSource parameters, Checkpoint? anchor = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfZero(models.Count);
        if (method.Base == BaseRole.Origin)
        {
            throw new MergeException(
                MergeError.WrongOperands, $"The method {method.Name} merges task vectors, not models; give a base, as in base + {method.Name}(a - base, b - base).");
        }

        AffineForm form = Form(method, [.. models.Select(model => model.Form)], parameters, isVector: false);
        return new Checkpoint(anchor is null ? form : form.WithAnchor(anchor.Form.Anchor));
    }

    /// <summary>The checkpoint that a method makes of several and of statistics of each.</summary>
    /// <param name="method">The method; it has <see cref="IMergeMethod.Statistics"/>.</param>
    /// <param name="models">The checkpoints, in order; the first says which tensors and companion files the result has.</param>
    /// <param name="statistics">A file of statistics for each, in the same order. Whether they belong to the models is checked when the edit is planned.</param>
    /// <param name="settings">Values for its parameters; the rest are defaults.</param>
    /// <exception cref="TaskVectorsException">A parameter or the number of checkpoints or statistics does not suit the method; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public static Checkpoint MergeWithStatistics(this IMergeMethod method, IReadOnlyList<Checkpoint> models, IReadOnlyList<Checkpoint> statistics, params IReadOnlyList<MergeSetting> settings)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(statistics);
        MergeStatistics[] operands = [.. statistics.Select((values, model) => new MergeStatistics(values.Form, models[Math.Min(model, models.Count - 1)].Form))];
        return new Checkpoint(Form(method, [.. models.Select(model => model.Form)], new ConstantParameters(settings), isVector: false, operands));
    }

    /// <summary>The checkpoint that a method makes of models beside a base, whatever it makes of the base.</summary>
    /// <param name="method">The method.</param>
    /// <param name="origin">The base; <see langword="null"/> where there is none.</param>
    /// <param name="models">The models, in order.</param>
    /// <param name="parameters">Values for the parameters; models are counted as <see cref="IParameterSource.SettingsFor"/> says.</param>
    /// <exception cref="TaskVectorsException">The method needs a base, or a parameter or the number of models does not suit it.</exception>
    public static Checkpoint Compose(this IMergeMethod method, Checkpoint? origin, IReadOnlyList<Checkpoint> models, IParameterSource parameters) =>
        method.Compose(origin, models, parameters, []);

    /// <summary>The same for methods that need statistics.</summary>
    internal static Checkpoint Compose(
        this IMergeMethod method, Checkpoint? origin, IReadOnlyList<Checkpoint> models, IParameterSource parameters, IReadOnlyList<MergeStatistics> statistics)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(models);
        if (method.Statistics is not null)
        {
            AffineForm form = Form(method, [.. models.Select(model => model.Form)], parameters, isVector: false, statistics);
            return new Checkpoint(origin is null ? form : form.WithAnchor(origin.Form.Anchor));
        }

        string? variant = (parameters as ConstantParameters)?.Settings.LastOrDefault(setting => setting.Parameter == "variant")?.Value;
        return (method.BaseUnder(variant), origin) switch
        {
            (BaseRole.Origin or BaseRole.OptionalOrigin, { } from) => from + method.Merge([.. models.Select(model => model - from)], parameters),
            (BaseRole.First, { } first) => method.Merge([first, .. models], parameters),
            _ => method.Merge(models, parameters, origin),
        };
    }

    /// <summary>Lets expressions over these models call every merge method by its name.</summary>
    public static ExpressionModels AddMergeMethods(this ExpressionModels models)
    {
        ArgumentNullException.ThrowIfNull(models);
        foreach (IMergeMethod method in MergeMethods.All)
        {
            if (method.Base is BaseRole.Origin or BaseRole.OptionalOrigin)
            {
                _ = models.AddFunction(method.Name, call => method.Merge(call.Vectors, SettingsOf(call)));
            }

            if (method.Base != BaseRole.Origin)
            {
                _ = models.AddModelFunction(method.Name, call => Call(method, call));
            }
        }

        return models;
    }

    // The models come first and the statistics of each after them.
    private static Checkpoint Call(IMergeMethod method, ExpressionCall call)
    {
        if (method.Statistics is not { } kind)
        {
            return method.Merge(call.Models, SettingsOf(call));
        }

        int models = call.Models.Length / 2;
        return call.Models.Length % 2 == 0
            ? method.MergeWithStatistics(call.Models[..models], call.Models[models..], SettingsOf(call))
            : throw new MergeException(
                MergeError.WrongStatistics,
                $"{method.Name} takes models, and after them the statistics of each ({OptionNames.Of(kind)}), as in {method.Name}(a, b, a_statistics, b_statistics); {call.Models.Length} are given.");
    }

    private static void RequireStatistics(IMergeMethod method, int models, int statistics)
    {
        if (method.Statistics is { } kind && statistics != models)
        {
            throw new MergeException(
                MergeError.WrongStatistics,
                $"The method {method.Name} needs statistics of every model, as 'taskvec statistics --kind {OptionNames.Of(kind)}' makes them; there are {models} models and statistics of {statistics}.");
        }
    }

    private static AffineForm Form(
        IMergeMethod method, IReadOnlyList<AffineForm> models, IParameterSource parameters, bool isVector, IReadOnlyList<MergeStatistics>? statistics = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RequireStatistics(method, models.Count, statistics?.Count ?? 0);
        if (parameters is ConstantParameters constant)
        {
            _ = MergeArguments.Bind(method, models.Count, constant.Settings, out IReadOnlyList<MergeException> errors);
            AggregateEditException.ThrowIfAny(errors);
        }

        var call = new MergeCall(method, parameters, [.. models], isVector) { Statistics = [.. statistics ?? []] };
        return AffineForm.Of(new MergedSource(call), isVector).WithAnchor(call.Anchor);
    }

    private static MergeSetting[] SettingsOf(ExpressionCall call) => [.. call.Arguments.SelectMany(SettingsOf)];

    private static IEnumerable<MergeSetting> SettingsOf(ExpressionArgument argument) =>
        argument.Values.Select((value, index) => new MergeSetting(argument.Name, value, argument.IsList ? index : null));
}
