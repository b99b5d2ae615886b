using System.Collections.Immutable;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// Which modules the configuration adapts. The tensors of the file are the truth, and this the check: PEFT ignores, without a word, factors
/// of a module that its configuration leaves out.
/// </summary>
internal sealed class LoraTargets
{
    /// <summary>The names of <c>target_modules</c>; <see langword="null"/> where any module may be adapted.</summary>
    public ImmutableArray<string>? Names { get; init; }

    /// <summary>The expression of <c>target_modules</c>, where it is one.</summary>
    public ModulePattern? Expression { get; init; }

    /// <summary>The names of <c>exclude_modules</c>.</summary>
    public ImmutableArray<string> ExcludedNames { get; init; } = [];

    /// <summary>The expression of <c>exclude_modules</c>, where it is one.</summary>
    public ModulePattern? ExcludedExpression { get; init; }

    /// <summary>The indices of <c>layers_to_transform</c>; <see langword="null"/> for all layers.</summary>
    public ImmutableArray<int>? Layers { get; init; }

    /// <summary>The names of <c>layers_pattern</c>, or one that matches any name.</summary>
    public ImmutableArray<ModulePattern> LayerPatterns { get; init; } = [];

    /// <summary>Whether the configuration adapts a module.</summary>
    public bool Include(string module)
    {
        if (EndsWithAny(module, ExcludedNames) || ExcludedExpression?.Matches(module) == true)
        {
            return false;
        }

        return Expression is not null
            ? Expression.Matches(module)
            : Names is not { } names || names.Contains(module) || (EndsWithAny(module, names) && IsInLayers(module));
    }

    private static bool EndsWithAny(string module, ImmutableArray<string> names) =>
        names.Any(name => module == name || (module.EndsWith(name, StringComparison.Ordinal) && module[^(name.Length + 1)] == '.'));

    private bool IsInLayers(string module)
    {
        if (Layers is not { } layers)
        {
            return true;
        }

        int? index = LayerPatterns.Select(pattern => pattern.Index(module)).FirstOrDefault(found => found is not null);
        return index is { } layer && layers.Contains(layer);
    }
}
