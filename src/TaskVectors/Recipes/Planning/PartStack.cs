using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Execution.Merges;
using TaskVectors.Recipes.Arrangement;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Validation;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Planning;

/// <summary>Stacks the results of a document's parts.</summary>
/// <param name="document">The document.</param>
/// <param name="parts">The plans of its parts.</param>
/// <param name="copied">Tensors that are in no module, and are taken as they are stored.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class PartStack(RecipeDocument document, ImmutableArray<DocumentPlan> parts, ImmutableArray<TensorOrigin> copied, RecipeProblems problems)
{
    private const string Title = "stack";

    /// <summary>The plan of the document.</summary>
    public DocumentPlan Compose(Arranger arranger)
    {
        DocumentPlan first = parts.First(part => part.Document.Part!.Slices.Contains(0));
        DType? dtype = DTypeOf();
        ImmutableArray<Contribution> contributions = [.. Contributions()];
        Checkpoint likeness = arranger.Arrange(document, contributions, HeadOf(arranger), copied);
        var origins = parts.SelectMany(part => OriginsOf(part, dtype)).Concat(copied).ToDictionary(origin => origin.Output.Name, StringComparer.Ordinal);
        var source = new ArrangedSource(arranger.Distinct(Title), [.. likeness.Tensors.Select(tensor => origins[tensor.Name])]);
        var places = parts.SelectMany(part => part.Places.Values).ToDictionary(place => place.Name, StringComparer.Ordinal);
        DocumentPlan plan = first with
        {
            Document = document,
            Parts = parts,
            Result = new Checkpoint(AffineForm.Of(source, isVector: false).WithAnchor(likeness.Form.Anchor)),
            Places = likeness.Tensors.Where(tensor => places.ContainsKey(tensor.Name)).ToDictionary(tensor => tensor.Name, tensor => places[tensor.Name], StringComparer.Ordinal),
            OutputDType = dtype,
            Modules = PlannedModule.Of(document, first.Map, first.Anchor, contributions),
            Parameters = null,
        };
        new FilterCheck(problems).CheckCommon(plan);
        return plan;
    }

    // As if each part were written, so that its tensors can be taken one by one; they are rounded here and nowhere else.
    private static IEnumerable<TensorOrigin> OriginsOf(DocumentPlan part, DType? dtype)
    {
        var written = new WrittenSource(part.Result.Form, dtype);
        return written.Tensors.Select(tensor => TensorOrigin.Renamed(tensor.Name, written, tensor));
    }

    // What the result is measured against, and what its order and untouched tensors come from: the base, or the first source, of every slice.
    private IEnumerable<Contribution> Contributions()
    {
        var bySlice = new SortedDictionary<int, Contribution>();
        foreach (DocumentPlan part in parts)
        {
            ImmutableArray<Contribution> contributions = (part.Base ?? part.Models[0]).Contributions;
            for (int slice = 0; slice < contributions.Length; slice++)
            {
                bySlice.Add(part.Document.Part!.Slices[slice], contributions[slice]);
            }
        }

        return bySlice.Values;
    }

    private HeadRole HeadOf(Arranger arranger)
    {
        DocumentPlan? last = parts.FirstOrDefault(part => arranger.HeadSlice(part.Document) is not null);
        return last is null ? HeadRole.AsStored : last.Places.ContainsKey(Arranger.Head) ? HeadRole.Needed : HeadRole.LeftOut;
    }

    private DType? DTypeOf()
    {
        IEnumerable<Checkpoint> views = parts.SelectMany(part => part.Base is null ? part.Models : part.Models.Add(part.Base)).Select(model => model.View);
        return document.OutputDType ?? document.DType ?? CommonDType.Of([.. views]);
    }
}
