using System.Collections.Immutable;

namespace TaskVectors.Recipes.Architectures;

/// <summary>A part of the models of a family that recipes merge by itself.</summary>
/// <param name="Name">The name that recipes use.</param>
/// <param name="Prefixes">What the names of its tensors begin with; the longest that fits decides between modules.</param>
internal sealed record ArchitectureModule(string Name, ImmutableArray<string> Prefixes)
{
    /// <summary>Keys under which <c>config.json</c> may describe the module; where it has none of them, the module is described at the top.</summary>
    public ImmutableArray<string> ConfigParts { get; init; } = [];

    /// <summary>Keys that may say how many layers the module has; the first is the one that is added where there is none.</summary>
    public ImmutableArray<string> CountKeys { get; init; } = [.. ArchitectureFamilies.LayerCountKeys];
}
