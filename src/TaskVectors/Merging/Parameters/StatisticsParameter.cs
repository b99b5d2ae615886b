using TaskVectors.Checkpoints.Statistics;

namespace TaskVectors.Merging.Parameters;

/// <summary>
/// A parameter that names a file of statistics for each model. The plan opens the files and makes them operands of the merge: a kernel reads their values, and
/// no path ever gets to a method. In expressions they are models after the models.
/// </summary>
/// <param name="Kind">The statistics needed.</param>
/// <param name="Meaning">What they are, in a sentence.</param>
public sealed record StatisticsParameter(StatisticsKind Kind, string Meaning) : MergeParameter<string>(ParameterName, Meaning)
{
    /// <summary>The name of every such parameter.</summary>
    public const string ParameterName = "statistics";

    /// <inheritdoc/>
    public override bool IsRequired => true;

    /// <inheritdoc/>
    public override string Type => "path";

    /// <inheritdoc/>
    public override string Range => $"a file of 'taskvec statistics --kind {OptionNames.Of(Kind)}'";

    /// <inheritdoc/>
    public override string DefaultText => string.Empty;

    internal override object? Read(string text) => text.Length > 0 ? text : null;

    internal override object? DefaultFor(int vectors) => null;

    internal override string Write(object value) => Algebra.Expressions.ExpressionSyntax.QuoteAlways((string)value);
}
