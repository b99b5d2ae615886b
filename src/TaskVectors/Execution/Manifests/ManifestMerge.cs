using System.Collections.Immutable;

namespace TaskVectors.Execution.Manifests;

/// <summary>A merge of a recipe, with the values that its parameters have for each tensor.</summary>
public sealed record ManifestMerge
{
    /// <summary>The name of its document; absent where it has none.</summary>
    public string? Document { get; init; }

    /// <summary>The merge method, <c>expression</c>, or <c>copy</c> for layers that are taken as they are.</summary>
    public required string Method { get; init; }

    /// <summary>The base; absent where the method has none.</summary>
    public string? Base { get; init; }

    /// <summary>The models merged, in order, with their layers where they are sliced.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>The values of the parameters, defaults included, by the tensors that have them.</summary>
    public required ImmutableArray<ManifestParameters> Parameters { get; init; }
}
