using System.Collections.Immutable;

namespace TaskVectors.Execution;

/// <summary>A model or task vector that was read.</summary>
public sealed record ManifestInput
{
    /// <summary>Its name in the expression.</summary>
    public required string Name { get; init; }

    /// <summary>Where it was.</summary>
    public required string Path { get; init; }

    /// <summary>Its format.</summary>
    public required string Format { get; init; }

    /// <summary><c>checkpoint</c> or <c>task-vector</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its fingerprint: a hash of headers and samples.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The hash of its whole content; absent where the edit did not read all of it.</summary>
    public string? Hash { get; init; }

    /// <summary>Its files and their sizes.</summary>
    public required ImmutableArray<ManifestInputFile> Files { get; init; }

    /// <summary>The hashes of the tensors that were read, by name.</summary>
    public required ImmutableSortedDictionary<string, string> Tensors { get; init; }
}
