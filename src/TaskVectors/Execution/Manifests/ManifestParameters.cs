using System.Collections.Immutable;

namespace TaskVectors.Execution.Manifests;

/// <summary>The values that the parameters of a merge method have for some tensors.</summary>
public sealed record ManifestParameters
{
    /// <summary>The value of each parameter as an expression writes it; a parameter of models has a list in brackets.</summary>
    public required ImmutableSortedDictionary<string, string> Values { get; init; }

    /// <summary>The tensors that have these values, in the order of the result.</summary>
    public required ImmutableArray<string> Tensors { get; init; }
}
