using System.Globalization;

namespace TaskVectors.Decomposition.Ranks;

/// <summary>
/// How many leading singular vectors of a task vector's matrix span the space that is compared. Every rule is capped by the numerical rank.
/// A rule prints as it is parsed.
/// </summary>
public abstract record RankRule
{
    /// <summary>The rules as text.</summary>
    public const string Forms = "auto, lora, numerical, energy:E (0 < E <= 1), rank:R (R >= 1), fraction:F (0 < F <= 1)";

    private static readonly (string Word, Func<string?, RankRule?> Create)[] Registry =
    [
        ("auto", argument => argument is null ? new AutomaticRank() : null),
        ("lora", argument => argument is null ? new LoraRank() : null),
        ("numerical", argument => argument is null ? new NumericalRank() : null),
        ("energy", argument => Share(argument) is { } share ? new EnergyRank(share) : null),
        ("rank", argument => Count(argument) is { } rank ? new FixedRank(rank) : null),
        ("fraction", argument => Share(argument) is { } share ? new FractionRank(share) : null),
    ];

    private protected RankRule()
    {
    }

    /// <summary>Reads a rule such as <c>fraction:0.2</c>.</summary>
    /// <returns>Whether the text is one of <see cref="Forms"/>.</returns>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RankRule? rule)
    {
        string[] parts = (text ?? string.Empty).Split(':', 2);
        rule = Registry.FirstOrDefault(entry => entry.Word == parts[0]).Create?.Invoke(parts.Length > 1 ? parts[1] : null);
        return rule is not null;
    }

    /// <summary>Reads a rule such as <c>fraction:0.2</c>.</summary>
    /// <exception cref="DecompositionException">The text is not one of <see cref="Forms"/>.</exception>
    public static RankRule Parse(string text) => TryParse(text, out RankRule? rule)
        ? rule
        : throw new DecompositionException(DecompositionError.InvalidOption, $"'{text}' is no rank rule; write one of {Forms}.");

    /// <summary>The rank, before it is capped by the numerical rank.</summary>
    /// <param name="singularValues">All singular values, descending.</param>
    /// <param name="rows">d_out.</param>
    /// <param name="columns">d_in.</param>
    /// <param name="factorRank">The inner dimension of the adapter's factors, or <see langword="null"/> for a dense task vector.</param>
    internal abstract int Choose(ReadOnlySpan<double> singularValues, int rows, int columns, int? factorRank);

    /// <summary>The rank that the rule gives whatever the weights are, or <see langword="null"/> where it depends on them.</summary>
    internal abstract int? Foresee(int rows, int columns, int? factorRank);

    private static int? Count(string? argument) =>
        int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : null;

    private static double? Share(string? argument) =>
        double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is > 0 and <= 1
            ? share
            : null;
}
