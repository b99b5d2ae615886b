using System.Globalization;

namespace TaskVectors.Merging.Parameters;

/// <summary>A parameter that is a finite number in an interval.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Meaning">What it does, in a sentence.</param>
public sealed record NumberParameter(string Name, string Meaning) : MergeParameter<double>(Name, Meaning)
{
    /// <summary>The default; <see langword="null"/> where there is none, or where it depends on the number of task vectors.</summary>
    public double? Default { get; init; }

    /// <summary>The numerator c of a default of c / T for T task vectors; <see langword="null"/> where it does not depend on T.</summary>
    public double? DefaultShare { get; init; }

    /// <summary>The lower end of the interval.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The upper end of the interval.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the lower end is not allowed itself.</summary>
    public bool IsMinimumExcluded { get; init; }

    /// <inheritdoc/>
    public override bool IsRequired => Default is null && DefaultShare is null;

    /// <inheritdoc/>
    public override string Type => "number";

    /// <inheritdoc/>
    public override string Range => (double.IsFinite(Minimum), double.IsFinite(Maximum)) switch
    {
        (false, false) => "any finite number",
        (true, false) => $"{(IsMinimumExcluded ? "more than" : "at least")} {Text(Minimum)}",
        (false, true) => $"at most {Text(Maximum)}",
        _ => $"{(IsMinimumExcluded ? '(' : '[')}{Text(Minimum)}, {Text(Maximum)}]",
    };

    /// <inheritdoc/>
    public override string DefaultText => Default is { } value ? Text(value) : DefaultShare is { } share ? $"{Text(share)}/T" : string.Empty;

    internal override object? Read(string text)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        bool isInside = value <= Maximum && (IsMinimumExcluded ? value > Minimum : value >= Minimum);
        return isNumber && isInside && double.IsFinite(value) ? value : null;
    }

    internal override object? DefaultFor(int vectors) => Default ?? (DefaultShare / vectors);

    internal override string Write(object value) => Text((double)value);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
