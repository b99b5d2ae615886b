using System.Collections.Immutable;

namespace TaskVectors.Execution.Manifests;

/// <summary>The options of an edit that decide the bytes written, in the words of the command line.</summary>
public sealed record ManifestOptions
{
    /// <summary>The dtype asked for, such as <c>BF16</c>; absent for that of the base.</summary>
    public string? DType { get; init; }

    /// <summary><c>nearest</c> or <c>stochastic</c>.</summary>
    public required string Rounding { get; init; }

    /// <summary>The seed of stochastic rounding.</summary>
    public required ulong Seed { get; init; }

    /// <summary><c>error</c> or <c>base</c>.</summary>
    public required string Missing { get; init; }

    /// <summary><c>error</c> or <c>keep</c>.</summary>
    public required string NaN { get; init; }

    /// <summary>Whether task vectors were applied to any base.</summary>
    public bool AnyBase { get; init; }

    /// <summary>The largest size of a file in bytes.</summary>
    public required long ShardSize { get; init; }

    /// <summary><c>xxh128</c> or <c>sha256</c>.</summary>
    public required string Digest { get; init; }

    /// <summary>The tensors the edit was limited to.</summary>
    public ImmutableArray<string> Include { get; init; } = [];

    /// <summary>The tensors that were left alone.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>The metadata that were added to the files.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
