using System.Globalization;

namespace TaskVectors.Merging.Parameters;

/// <summary>A parameter that is a whole number in an interval.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
public sealed record IntegerParameter(string Name, string Meaning) : MergeParameter<int>(Name, Meaning)
{
    /// <summary>The default; <see langword="null"/> where there is none.</summary>
    public int? Default { get; init; }

    /// <summary>The smallest value.</summary>
    public int Minimum { get; init; }

    /// <summary>The largest value.</summary>
    public int Maximum { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public override bool IsRequired => Default is null;

    /// <inheritdoc/>
    public override string Type => "integer";

    /// <inheritdoc/>
    public override string Range => Maximum == int.MaxValue ? $"at least {Text(Minimum)}" : $"{Text(Minimum)} to {Text(Maximum)}";

    /// <inheritdoc/>
    public override string DefaultText => Default is { } value ? Text(value) : string.Empty;

    internal override object? Read(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= Minimum && value <= Maximum ? value : null;

    internal override object? DefaultFor(int vectors) => Default;

    internal override string Write(object value) => Text((int)value);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
