namespace TaskVectors.Models.Generation;

/// <summary>How the next token is chosen from scores.</summary>
public sealed record SamplingOptions
{
    /// <summary>The likeliest token at each step.</summary>
    public static SamplingOptions Greedy { get; } = new() { IsGreedy = true };

    /// <summary>Whether the likeliest token is taken; all else has no meaning then but the penalty.</summary>
    public bool IsGreedy { get; init; }

    /// <summary>What scores are divided by; above 0. Below 1 is sharper, above 1 flatter.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Keep the tokens whose score is at least that of the k-th; 0 keeps all. Ties are kept.</summary>
    public int TopK { get; init; }

    /// <summary>Keep the smallest set of likeliest tokens whose probability reaches p (Holtzman et al., 2020); 1 keeps all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Keep the tokens at least p times as likely as the likeliest; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>What the scores of tokens that have occurred are divided by, or multiplied by where negative; 1 changes nothing.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The seed of the choice.</summary>
    public ulong Seed { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Temperature);
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        ArgumentOutOfRangeException.ThrowIfNegative(MinP);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinP, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TopP);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TopP, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RepetitionPenalty);
    }
}
