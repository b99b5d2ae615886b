using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>How statistics of a model are made.</summary>
public sealed record StatisticsOptions
{
    /// <summary>The most examples, at least 1; of more, so many are chosen at random by the seed.</summary>
    public int MaximumExamples { get; init; } = 1000;

    /// <summary>The seed that chooses examples and draws labels.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Where the labels of Fisher information come from. <see langword="null"/> takes the expectation for one prediction among at most
    /// <see cref="MostExpectedClasses"/> classes, and draws labels otherwise.
    /// </summary>
    public FisherLabels? Labels { get; init; }

    /// <summary>The most classes for which the expectation is taken where nothing is said: it takes a backward pass for each but one.</summary>
    public int MostExpectedClasses { get; init; } = 16;

    /// <summary>The most memory for the sums, in bytes. What does not fit takes further passes over the examples.</summary>
    public long Memory { get; init; } = 2L << 30;

    /// <summary>The dtype that is written; sums are kept in F64.</summary>
    public DType DType { get; init; } = DType.F32;
}
