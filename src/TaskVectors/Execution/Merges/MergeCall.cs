using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Execution.Merges;

/// <summary>A merge as it was asked for.</summary>
/// <param name="Method">The method.</param>
/// <param name="Parameters">The values given for its parameters.</param>
/// <param name="Models">The task vectors, or the checkpoints.</param>
/// <param name="IsVector">Whether task vectors are merged into one rather than checkpoints.</param>
internal sealed record MergeCall(IMergeMethod Method, IParameterSource Parameters, ImmutableArray<AffineForm> Models, bool IsVector)
{
    /// <summary>The statistics of each model; none for methods that need none.</summary>
    public ImmutableArray<MergeStatistics> Statistics { get; init; } = [];

    /// <summary>The models, and their statistics after them.</summary>
    public IEnumerable<AffineForm> Operands => Models.Concat(Statistics.Select(statistics => statistics.Values));

    /// <summary>The source whose tensors the result takes: the first checkpoint that a model is relative to, else the first stored vector.</summary>
    public CheckpointSource Anchor { get; } = (Models.FirstOrDefault(form => !form.AnchorIsVector) ?? Models[0]).Anchor;

    /// <summary>The call as text; every parameter is written, so that the text says all there is to know.</summary>
    public string ToText(Func<CheckpointSource, string> nameOf)
    {
        string models = string.Join(", ", Operands.Select(form => form.ToText(nameOf)));
        string arguments = Arguments();
        return arguments.Length == 0 ? $"{Method.Name}({models})" : $"{Method.Name}({models}, {arguments})";
    }

    private string Arguments() => Parameters is ConstantParameters constant
        ? MergeArguments.Bind(Method, Models.Length, constant.Settings, out _).ToString()
        : $"parameters: {ExpressionSyntax.QuoteAlways(Parameters.Identity)}";
}
