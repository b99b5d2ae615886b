using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Tensors;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Planning;

/// <summary>A document bound to real headers: its result as an edit, and what is known of every tensor.</summary>
internal sealed record DocumentPlan
{
    public required RecipeDocument Document { get; init; }

    /// <summary>The result; lazy.</summary>
    public required Checkpoint Result { get; init; }

    /// <summary>The model whose config and other files the result takes.</summary>
    public required ResolvedModel Anchor { get; init; }

    /// <summary>The base, where the method has one.</summary>
    public Contributor? Base { get; init; }

    /// <summary>The models merged, the base apart.</summary>
    public required ImmutableArray<Contributor> Models { get; init; }

    /// <summary>Where each tensor of the result lies, in the order of the result.</summary>
    public required IReadOnlyDictionary<string, TensorPlace> Places { get; init; }

    /// <summary>The values of the method's parameters; <see langword="null"/> for an expression.</summary>
    public RecipeParameterSource? Parameters { get; init; }

    /// <summary>The dtype of the result, or <see langword="null"/> where every tensor keeps its own.</summary>
    public DType? OutputDType { get; init; }

    /// <summary>
    /// Whether its slices have one model each where the method merges several, as in a stack of copied and blended layers: they are copied.
    /// </summary>
    public bool IsCopy { get; init; }

    /// <summary>The merges that the result is stacked of, where slices merge different numbers of models; else empty.</summary>
    public ImmutableArray<DocumentPlan> Parts { get; init; } = [];

    /// <summary>The merges that make the result: its parts, or the document itself.</summary>
    public ImmutableArray<DocumentPlan> Merges => Parts.IsEmpty ? [this] : Parts;

    /// <summary>The tokenizer of the result where it is not that of the anchor's folder.</summary>
    public ResultTokenizer? Tokenizer { get; init; }

    /// <summary>Which tensors are in which module.</summary>
    public required ModuleMap Map { get; init; }

    /// <summary>The modules of the result; one where the models are merged as wholes.</summary>
    public ImmutableArray<PlannedModule> Modules { get; init; } = [];

    /// <summary>The number of layers of the result, where the layers of whole models are stacked.</summary>
    public int? LayerCount => Document is { HasModules: false, IsSliced: true } ? Modules[0].LayerCount : null;
}
