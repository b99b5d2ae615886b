using System.Collections.Immutable;
using TaskVectors.Merging;
using TaskVectors.Recipes.Yaml;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Documents;

/// <summary>One document of a recipe, as its text says it; no file has been looked at.</summary>
internal sealed record RecipeDocument
{
    public required YamlMapping Node { get; init; }

    /// <summary>The name by which later documents know the result.</summary>
    public YamlScalar? Name { get; init; }

    /// <summary>The method; <see langword="null"/> where an expression stands in its place, or none is known by the name given.</summary>
    public IMergeMethod? Method { get; init; }

    /// <summary>What the method makes of the base; <see cref="BaseRole.Origin"/> for expressions.</summary>
    public BaseRole BaseRole => Method?.BaseUnder(Parameters.Find("variant")?.Value.Scalars().FirstOrDefault()?.Text) ?? BaseRole.Origin;

    /// <summary>Where the method is named.</summary>
    public YamlNode? MethodNode { get; init; }

    /// <summary>An edit expression in place of a method.</summary>
    public YamlScalar? Expression { get; init; }

    public RecipeModel? Base { get; init; }

    /// <summary>The slices of all modules, module by module; one for a merge of whole models.</summary>
    public ImmutableArray<RecipeSlice> Slices { get; init; } = [];

    /// <summary>The modules, in the order of the slices.</summary>
    public IEnumerable<RecipeModule> Modules => Slices.Select(slice => slice.Module).DistinctBy(module => module.Name);

    /// <summary>Whether the models are merged in modules, not as wholes.</summary>
    public bool HasModules => Slices.Any(slice => !slice.Module.IsDefault);

    /// <summary>Whether layers are stacked.</summary>
    public bool IsSliced => Slices.Any(slice => slice.Module.IsSliced);

    /// <summary>Which slices of the recipe's document these are, where it is planned in parts; else <see langword="null"/>.</summary>
    public SlicePart? Part { get; init; }

    /// <summary>The parameters of the document.</summary>
    public RecipeParameters Parameters { get; init; } = RecipeParameters.None;

    public DType? DType { get; init; }

    public DType? OutputDType { get; init; }

    public RecipeTokenizer? Tokenizer { get; init; }

    public YamlScalar? ChatTemplate { get; init; }

    /// <summary>Every place that gives parameters.</summary>
    public IEnumerable<RecipeParameters> Scopes() =>
    [
        Parameters,
        .. Modules.Select(module => module.Parameters),
        .. Slices.Select(slice => slice.Parameters),
        .. Slices.SelectMany(slice => slice.Sources).Select(source => source.Parameters),
    ];

    /// <summary>Every place that names a model.</summary>
    public IEnumerable<RecipeModel> Models()
    {
        IEnumerable<RecipeModel?> models =
        [
            Base,
            .. Slices.Select(slice => slice.Base),
            .. Slices.SelectMany(slice => slice.Sources).Select(source => source.Model),
            Tokenizer?.Model,
            .. Tokenizer?.Tokens.Select(token => token.Model) ?? [],
        ];
        return models.OfType<RecipeModel>();
    }
}
