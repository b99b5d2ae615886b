using System.Collections.Immutable;

namespace TaskVectors.Recipes.Explaining;

/// <summary>A merge of a recipe in words.</summary>
public sealed record ExplainedMerge
{
    /// <summary>The name of its document; <see langword="null"/> where it has none.</summary>
    public string? Document { get; init; }

    /// <summary>The merge method, <c>expression</c>, or <c>copy</c>.</summary>
    public required string Method { get; init; }

    /// <summary>What it does.</summary>
    public required string Summary { get; init; }

    /// <summary>The formula of the method, or the expression; empty for a copy.</summary>
    public required string Formula { get; init; }

    /// <summary>The base; <see langword="null"/> where there is none.</summary>
    public string? Base { get; init; }

    /// <summary>The models merged.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>The values of the parameters, by groups of tensors.</summary>
    public required ImmutableArray<ExplainedParameters> Parameters { get; init; }
}
