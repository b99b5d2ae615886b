using System.Collections.Immutable;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Explaining;

/// <summary>What a recipe means once it is bound to its models: which values every tensor gets, and what the result will be.</summary>
public sealed record RecipeExplanation
{
    /// <summary>The merges, in the order in which they build on each other.</summary>
    public required ImmutableArray<ExplainedMerge> Merges { get; init; }

    /// <summary>The model whose config and other files go along.</summary>
    public required string FilesFrom { get; init; }

    /// <summary>The dtype of the result; <see langword="null"/> where every tensor keeps its own.</summary>
    public DType? OutputDType { get; init; }

    /// <summary>The number of layers of the result, where the layers of whole models are stacked.</summary>
    public int? LayerCount { get; init; }

    /// <summary>The modules of the result, where they are merged by themselves; empty where whole models are.</summary>
    public ImmutableArray<ExplainedModule> Modules { get; init; } = [];

    /// <summary>The number of tensors of the result.</summary>
    public required int TensorCount { get; init; }

    /// <summary>The bytes of weights that the merges read, each operand counted.</summary>
    public required long BytesRead { get; init; }

    /// <summary>The bytes of weights of the result.</summary>
    public required long BytesWritten { get; init; }

    /// <summary>Rules of recipes that play a part here and are easily overlooked.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}
