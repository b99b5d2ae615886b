using System.Collections.Immutable;

namespace TaskVectors.Recipes.Architectures;

/// <summary>What is known of a family of models beyond what its tensors' names say.</summary>
/// <param name="ModelTypes">The values of <c>model_type</c> in <c>config.json</c>.</param>
/// <param name="Layers">The names that the stack of layers may have which recipes slice without naming a module; the layer's number follows.</param>
internal sealed record ArchitectureFamily(ImmutableArray<string> ModelTypes, ImmutableArray<string> Layers)
{
    /// <summary>The parts that recipes may merge by themselves; none where a model is one.</summary>
    public ImmutableArray<ArchitectureModule> Modules { get; init; } = [];

    /// <summary>A prefix that some files of the family leave out of every name but the head's, and that results have.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>Ends of the names of buffers that old files hold and that are no weights.</summary>
    public ImmutableArray<string> Buffers { get; init; } = [];
}
