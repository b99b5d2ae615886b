using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;

namespace TaskVectors.Merging.Parameters;

/// <summary>A parameter that is a list of patterns of tensor names, separated by commas; empty for none.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
/// <param name="Default">The default, as it is written.</param>
public sealed record PatternsParameter(string Name, string Meaning, string Default) : MergeParameter<ImmutableArray<NamePattern>>(Name, Meaning)
{
    private const char Separator = ',';

    /// <inheritdoc/>
    public override bool IsRequired => false;

    /// <inheritdoc/>
    public override string Type => "patterns";

    /// <inheritdoc/>
    public override string Range => "names, dot-separated parts of names, or with * and ?";

    /// <inheritdoc/>
    public override string DefaultText => Default;

    internal override object? Read(string text) =>
        text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(NamePattern.FromString).ToImmutableArray();

    internal override object? DefaultFor(int vectors) => Read(Default);

    internal override string Write(object value) => ExpressionSyntax.QuoteAlways(string.Join(Separator, (ImmutableArray<NamePattern>)value));
}
