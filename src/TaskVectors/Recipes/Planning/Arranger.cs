using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Arrangement;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Planning;

/// <summary>Puts together what an operand contributes: its layers stacked, its tensors named as in the result.</summary>
/// <param name="scope">What the document is called, so that arrangements of several have names of their own.</param>
internal sealed class Arranger(string scope)
{
    /// <summary>The name of the head that some models store and others tie to their embedding.</summary>
    public const string Head = "lm_head.weight";

    private readonly HashSet<string> _titles = new(StringComparer.Ordinal);

    /// <summary>The view of an operand.</summary>
    /// <param name="document">The document, or the part of it, that says whether and where layers are stacked.</param>
    /// <param name="contributions">What it contributes, slice by slice.</param>
    /// <param name="head">What becomes of the head.</param>
    public Checkpoint Arrange(RecipeDocument document, ImmutableArray<Contribution> contributions, HeadRole head)
    {
        ImmutableArray<TensorOrigin> origins = [.. Origins(document, contributions, head)];
        ResolvedModel model = contributions[0].Model;
        bool isWhole = !document.IsSliced
            && origins.Length == model.Checkpoint.Tensors.Count
            && origins.All(origin => origin.Output.Name == origin.Tensor.Name);
        return isWhole ? model.Checkpoint : Checkpoint.FromSource(new ArrangedSource(TitleOf(contributions), origins));
    }

    /// <summary>Whether a model has no head of its own because it is tied to the embedding.</summary>
    public static bool TiesHead(ResolvedModel model) => TiedTensors.IsTied(model.Checkpoint.Base, Head);

    /// <summary>Whether a model stores a head of its own.</summary>
    public static bool StoresHead(ResolvedModel model) => model.Checkpoint.Base.TryGetTensor(Head, out _);

    private static IEnumerable<TensorOrigin> Origins(RecipeDocument document, ImmutableArray<Contribution> contributions, HeadRole head)
    {
        IEnumerable<TensorOrigin> stored = document.IsSliced ? Stacked(document, contributions) : Whole(contributions[0].Model);
        ResolvedModel last = contributions[^1].Model;
        bool hasEnd = document.Part?.HasEnd ?? true;
        return (head, StoresHead(last)) switch
        {
            (HeadRole.Needed, false) when hasEnd => stored.Concat(TiedHead(last)),
            (HeadRole.LeftOut, true) => stored.Where(origin => origin.Output.Name != Head),
            _ => stored,
        };
    }

    private static IEnumerable<TensorOrigin> Whole(ResolvedModel model) =>
        from tensor in model.Checkpoint.Tensors
        let name = model.Layout.Canonical(tensor.Name)
        where !model.Layout.IsBuffer(name)
        select TensorOrigin.Renamed(name, model.Source, tensor);

    private static IEnumerable<TensorOrigin> Stacked(RecipeDocument document, ImmutableArray<Contribution> contributions)
    {
        bool hasBeginning = document.Part?.HasBeginning ?? true;
        bool hasEnd = document.Part?.HasEnd ?? true;
        IReadOnlyList<int> offsets = document.Part is { } part ? part.Offsets : SliceParts.Offsets(document);
        IEnumerable<TensorOrigin> first = hasBeginning ? Outside(contributions[0].Model, ModelLayout.IsBeforeLayers) : [];
        IEnumerable<TensorOrigin> layers = contributions.SelectMany((contribution, slice) => Layers(contribution.Model, contribution.Layers!, offsets[slice]));
        IEnumerable<TensorOrigin> last = hasEnd ? Outside(contributions[^1].Model, name => !ModelLayout.IsBeforeLayers(name)) : [];
        return [.. first, .. layers, .. last];
    }

    private static IEnumerable<TensorOrigin> Outside(ResolvedModel model, Func<string, bool> isWanted) =>
        Whole(model).Where(origin => model.Layout.Parse(origin.Output.Name) is null && isWanted(origin.Output.Name));

    private static IEnumerable<TensorOrigin> Layers(ResolvedModel model, LayerRange range, int offset) =>
        from origin in Whole(model)
        let parsed = model.Layout.Parse(origin.Output.Name)
        where parsed is { } name && name.Layer >= range.First && name.Layer < range.End
        select origin with { Output = origin.Output with { Name = parsed.Value.At(parsed.Value.Layer - range.First + offset) } };

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
        string parts = string.Join("+", contributions.Select(contribution => contribution.Layers is null ? contribution.Title + "[:]" : contribution.Title));
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
