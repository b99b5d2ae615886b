using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Arrangement;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Planning;

/// <summary>Puts together what an operand contributes: its layers stacked, its tensors named as in the result.</summary>
/// <param name="scope">What the document is called, so that arrangements of several have names of their own.</param>
/// <param name="map">Which tensors are in which module.</param>
internal sealed class Arranger(string scope, ModuleMap map)
{
    /// <summary>The name of the head that some models store and others tie to their embedding.</summary>
    public const string Head = "lm_head.weight";

    private readonly HashSet<string> _titles = new(StringComparer.Ordinal);

    /// <summary>The view of an operand.</summary>
    /// <param name="document">The document, or the part of it, that says whether and where layers are stacked.</param>
    /// <param name="contributions">What it contributes, slice by slice.</param>
    /// <param name="head">What becomes of the head.</param>
    /// <param name="copied">Tensors that it has on top, in no module.</param>
    public Checkpoint Arrange(RecipeDocument document, ImmutableArray<Contribution> contributions, HeadRole head, ImmutableArray<TensorOrigin> copied = default)
    {
        ImmutableArray<TensorOrigin> origins = [.. Origins(document, contributions, head), .. copied.IsDefault ? [] : copied];
        ResolvedModel model = contributions[0].Model;
        bool isWhole = !document.IsSliced
            && contributions.All(contribution => contribution.Model == model)
            && origins.Length == model.Checkpoint.Tensors.Count
            && origins.All(origin => origin.Output.Name == origin.Tensor.Name);
        return isWhole ? model.Checkpoint : Checkpoint.FromSource(new ArrangedSource(TitleOf(contributions), origins));
    }

    /// <summary>The tensors of a model that are in no module, as they are stored.</summary>
    public ImmutableArray<TensorOrigin> OutsideModules(ResolvedModel model) => [.. Whole(model).Where(origin => map.IndexOf(origin.Output.Name) is null)];

    /// <summary>The slice that the head is in; <see langword="null"/> where no module of the document, or of the part, holds one.</summary>
    public int? HeadSlice(RecipeDocument document)
    {
        int found = document.Slices.ToList().FindIndex(slice => slice.IsLast && map.Holds(slice.Module, Head));
        return found < 0 ? null : found;
    }

    /// <summary>Whether a model has no head of its own because it is tied to the embedding.</summary>
    public static bool TiesHead(ResolvedModel model) => TiedTensors.IsTied(model.Checkpoint.Base, Head);

    /// <summary>Whether a model stores a head of its own.</summary>
    public static bool StoresHead(ResolvedModel model) => model.Checkpoint.Base.TryGetTensor(Head, out _);

    private IEnumerable<TensorOrigin> Origins(RecipeDocument document, ImmutableArray<Contribution> contributions, HeadRole head)
    {
        IEnumerable<TensorOrigin> stored = contributions.SelectMany((contribution, slice) => Origins(document.Slices[slice], contribution));
        if (HeadSlice(document) is not { } place)
        {
            return stored;
        }

        ResolvedModel last = contributions[place].Model;
        return (head, StoresHead(last)) switch
        {
            (HeadRole.Needed, false) => stored.Concat(TiedHead(last)),
            (HeadRole.LeftOut, true) => stored.Where(origin => origin.Output.Name != Head),
            _ => stored,
        };
    }

    private static IEnumerable<TensorOrigin> Whole(ResolvedModel model) =>
        from tensor in model.Checkpoint.Tensors
        let name = model.Layout.Canonical(tensor.Name)
        where !model.Layout.IsBuffer(name)
        select TensorOrigin.Renamed(name, model.Source, tensor);

    private IEnumerable<TensorOrigin> Origins(RecipeSlice slice, Contribution contribution)
    {
        IEnumerable<TensorOrigin> own = Whole(contribution.Model).Where(origin => map.Holds(slice.Module, origin.Output.Name));
        if (contribution.Layers is not { } range)
        {
            return own;
        }

        IReadOnlyDictionary<string, int> stacks = map.StacksOf(slice.Module, contribution.Model.Layout);
        (TensorOrigin Origin, LayerName? Layer)[] parsed = [.. own.Select(origin => (origin, ModelLayout.Parse(origin.Output.Name) is { } name && stacks.ContainsKey(name.Stack) ? name : (LayerName?)null))];
        IEnumerable<TensorOrigin> outside = parsed.Where(pair => pair.Layer is null).Select(pair => pair.Origin);
        IEnumerable<TensorOrigin> layers =
            from pair in parsed
            let name = pair.Layer.GetValueOrDefault()
            where pair.Layer is not null && name.Layer >= range.First && name.Layer < range.End
            select pair.Origin with { Output = pair.Origin.Output with { Name = name.At(name.Layer - range.First + slice.Offset) } };
        return
        [
            .. outside.Where(origin => slice.IsFirst && IsBefore(origin)),
            .. layers,
            .. outside.Where(origin => slice.IsLast && !IsBefore(origin)),
        ];

        bool IsBefore(TensorOrigin origin) => contribution.Model.Layout.IsBefore(origin.Output.Name, stacks.Keys.FirstOrDefault());
    }

    private static IEnumerable<TensorOrigin> TiedHead(ResolvedModel model)
    {
        if (TiedTensors.StoredName(model.Checkpoint.Base, Head) is { } name && model.Source.TryGetTensor(name, out TensorInfo? embedding))
        {
            yield return TensorOrigin.Renamed(Head, model.Source, embedding);
        }
    }

    private string TitleOf(ImmutableArray<Contribution> contributions)
    {
        // Distinct from the names of the models as they are stored.
        string parts = string.Join("+", contributions.Select(contribution => contribution.Layers is null ? contribution.Title + "[:]" : contribution.Title).Distinct());
        string title = $"{scope}{parts}";
        return Distinct(title);
    }

    /// <summary>A title that no other arrangement of the merge has.</summary>
    public string Distinct(string title)
    {
        string distinct = title;
        for (int number = 2; !_titles.Add(distinct); number++)
        {
            distinct = FormattableString.Invariant($"{title}#{number}");
        }

        return distinct;
    }
}
