using TaskVectors.Decomposition.Ranks;

namespace TaskVectors.Merging.Parameters;

/// <summary>A parameter that is a rank rule of a decomposition.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
/// <param name="Default">The default.</param>
public sealed record RankRuleParameter(string Name, string Meaning, RankRule Default) : MergeParameter<RankRule>(Name, Meaning)
{
    /// <inheritdoc/>
    public override bool IsRequired => false;

    /// <inheritdoc/>
    public override string Type => "rank rule";

    /// <inheritdoc/>
    public override string Range => RankRule.Forms;

    /// <inheritdoc/>
    public override string DefaultText => Default.ToString();

    internal override object? Read(string text) => RankRule.TryParse(text, out RankRule? rule) ? rule : null;

    internal override object? DefaultFor(int vectors) => Default;

    internal override string Write(object value) => value.ToString()!;
}
