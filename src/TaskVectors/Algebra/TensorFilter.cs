using System.Collections.Immutable;

namespace TaskVectors.Algebra;

/// <summary>
/// Chooses the tensors an edit may touch: those that some <see cref="Include"/> pattern matches and no <see cref="Exclude"/> pattern does.
/// Without include patterns every tensor is included.
/// </summary>
/// <param name="Include">Patterns of tensors to touch; empty for all.</param>
/// <param name="Exclude">Patterns of tensors to leave alone; they win over <paramref name="Include"/>.</param>
public sealed record TensorFilter(ImmutableArray<NamePattern> Include, ImmutableArray<NamePattern> Exclude)
{
    /// <summary>The filter that chooses every tensor.</summary>
    public static TensorFilter All { get; } = new([], []);

    /// <summary>Whether the filter chooses every tensor.</summary>
    public bool IsAll => Include.IsEmpty && Exclude.IsEmpty;

    /// <summary>Whether an edit may touch the tensor.</summary>
    public bool Matches(string name) =>
        (Include.IsEmpty || Include.Any(pattern => pattern.Matches(name))) && !Exclude.Any(pattern => pattern.Matches(name));

    /// <summary>The rules that scale chosen tensors by 1 and all others by 0.</summary>
    internal ScalingRules ToRules()
    {
        var excluded = Exclude.Select(pattern => new ScalingRule(pattern, 0));
        var included = Include.Select(pattern => new ScalingRule(pattern, 1));
        return new ScalingRules([.. excluded, .. included], Include.IsEmpty ? 1 : 0);
    }
}
