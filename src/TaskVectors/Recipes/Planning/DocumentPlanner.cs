using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Execution;
using TaskVectors.Execution.Merges;
using TaskVectors.Merging;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Arrangement;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Validation;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Planning;

/// <summary>Binds a document to the headers of its models.</summary>
/// <param name="resolver">Finds models.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class DocumentPlanner(ModelResolver resolver, RecipeProblems problems)
{
    /// <summary>The plan of a document, or <see langword="null"/> where something is wrong, which is reported.</summary>
    /// <param name="document">The document.</param>
    /// <param name="scope">What stands before the names of its arrangements.</param>
    public DocumentPlan? Plan(RecipeDocument document, string scope)
    {
        bool isKnown = document.Method is not null || document.Expression is not null;
        foreach (RecipeModel model in document.Models())
        {
            _ = resolver.Resolve(model);
        }

        if (!isKnown || document.Slices.IsEmpty || document.Slices.Any(slice => slice.Sources.IsEmpty))
        {
            return null;
        }

        if (Likeness(document) is not { } likeness || new ModuleMapper(problems).Map(document, likeness) is not { } map)
        {
            return null;
        }

        var vocabularies = new VocabularyPlanner(resolver, problems, scope);
        if (vocabularies.Plan(document, map) is not { } aligned)
        {
            return null;
        }

        var arranger = new Arranger(scope, map);
        ImmutableArray<TensorOrigin> copied = arranger.OutsideModules(likeness);
        ImmutableArray<RecipeDocument> parts = SliceParts.Of(document);
        DocumentPlan? plan = parts.Length == 1 && copied.IsEmpty
            ? PlanPart(document, null, aligned, arranger, map)
            : PlanStack(document, parts.Length == 1 ? [SliceParts.Only(document)] : parts, aligned, arranger, map, copied);
        return plan is null ? null : plan with { Tokenizer = vocabularies.Tokenizer ?? plan.Anchor.Tokenizer };
    }

    // What config and tokenizer come from: the base, used or not, else the first model.
    private ResolvedModel AnchorOf(RecipeDocument document, Operands operands) =>
        (document.Base is { } model ? resolver.Resolve(model) : null) ?? operands.Base?[0].Model ?? operands.Models[0][0].Model;

    // The same before operands are sorted, which takes what the modules are.
    private ResolvedModel? Likeness(RecipeDocument document) =>
        resolver.Resolve(document.Base ?? document.Slices[0].Base ?? document.Slices[0].Sources[0].Model);

    private DocumentPlan? PlanPart(RecipeDocument document, ResolvedModel? common, AlignedModels aligned, Arranger arranger, ModuleMap map)
    {
        if (Operands.Sort(document, resolver, problems) is not { } operands)
        {
            return null;
        }

        ResolvedModel anchor = common ?? AnchorOf(document, operands);
        return new StructureCheck(problems).Check(document, operands, anchor, map) ? Compose(document, aligned.Replace(operands), anchor, arranger, map) : null;
    }

    // Every part is planned even where another fails, so that all mistakes are reported.
    private DocumentPlan? PlanStack(RecipeDocument document, ImmutableArray<RecipeDocument> parts, AlignedModels aligned, Arranger arranger, ModuleMap map, ImmutableArray<TensorOrigin> copied)
    {
        ResolvedModel? anchor = Operands.Sort(parts[0], resolver, problems) is { } operands ? AnchorOf(document, operands) : null;
        DocumentPlan?[] plans = [.. parts.Select(part => PlanPart(part, anchor, aligned, arranger, map))];
        return plans.Contains(null) ? null : new PartStack(document, [.. plans.OfType<DocumentPlan>()], copied, problems).Compose(arranger);
    }

    private DocumentPlan? Compose(RecipeDocument document, Operands operands, ResolvedModel anchor, Arranger arranger, ModuleMap map)
    {
        IEnumerable<ImmutableArray<Contribution>> all = operands.Base is { } own ? operands.Models.Prepend(own) : operands.Models;
        HeadRole head = arranger.HeadSlice(document) is { } place ? HeadOf(anchor, [.. all.Select(contributions => contributions[place])]) : HeadRole.AsStored;
        Contributor? origin = operands.Base is { } contributions ? Arranged(contributions) : null;
        ImmutableArray<Contributor> models = [.. operands.Models.Select(Arranged)];
        Checkpoint first = (origin ?? models[0]).View;
        string[] names = [.. first.Tensors.Select(tensor => tensor.Name)];
        var layout = ModelLayout.Of(names, anchor.Config);
        var plan = new DocumentPlan
        {
            Document = document,
            Result = first,
            Anchor = anchor,
            Base = origin,
            IsCopy = operands.AreCopied(document),
            Models = models,
            Places = SlicePlaces.Of(names, layout, document, map),
            OutputDType = document.OutputDType ?? document.DType ?? CommonDType.Of([.. models.Select(model => model.View), first]),
            Map = map,
            Modules = PlannedModule.Of(document, map, anchor, (origin ?? models[0]).Contributions),
        };
        bool fits = new TensorCheck(problems).Check(plan);
        return fits ? document.Expression is null ? WithMethod(plan) : WithExpression(plan) : null;

        Contributor Arranged(ImmutableArray<Contribution> parts) => new(parts, Narrowed(document, arranger.Arrange(document, parts, head))) { IsPart = document.Part is { IsOnly: false } };
    }

    private HeadRole HeadOf(ResolvedModel anchor, ImmutableArray<Contribution> last)
    {
        if (Arranger.StoresHead(anchor))
        {
            return last.All(contribution => Arranger.StoresHead(contribution.Model)) ? HeadRole.AsStored : HeadRole.Needed;
        }

        Contribution[] stored = [.. last.Where(contribution => Arranger.StoresHead(contribution.Model))];
        if (!Arranger.TiesHead(anchor) || stored.Length == 0)
        {
            return HeadRole.AsStored;
        }

        foreach (Contribution contribution in stored.Where(contribution => contribution.Source is not null))
        {
            string name = contribution.Model.Name;
            problems.Warning(contribution.Source!.Model.Node, $"'{name}' stores a head of its own, and the config, that of '{anchor.Name}', ties the head to the embedding: the head of '{name}' is left out.");
        }

        return HeadRole.LeftOut;
    }

    /// <summary>Whether a recipe asks for a result wider than what it computes with: the models are rounded to that first.</summary>
    internal static bool AsksForNarrowing(RecipeDocument document) =>
        document.DType is { } dtype && document.OutputDType is { } output && dtype.BitSize() < output.BitSize();

    private static Checkpoint Narrowed(RecipeDocument document, Checkpoint view)
    {
        bool isWider = view.Tensors.Any(tensor => tensor.DType.IsArithmetic() && tensor.DType.BitSize() > document.DType?.BitSize());
        return AsksForNarrowing(document) && isWider ? Checkpoint.FromSource(new WrittenSource(view.Form, document.DType)) : view;
    }

    private DocumentPlan? WithMethod(DocumentPlan plan)
    {
        if (plan.IsCopy)
        {
            return plan;
        }

        IMergeMethod method = plan.Document.Method!;
        bool countsBase = plan.Document.BaseRole == BaseRole.First && plan.Base is not null;
        IEnumerable<Contributor> counted = countsBase ? plan.Models.Prepend(plan.Base!) : plan.Models;
        var parameters = new RecipeParameterSource(plan.Document, [.. counted.Select(model => model.Contributions)], plan.Places);
        DocumentPlan bound = plan with { Parameters = parameters };
        if (!new ValueCheck(problems).Check(bound, [.. counted]))
        {
            return null;
        }

        return new StatisticsOperands(resolver, problems).Find(bound, [.. counted]) is { } statistics
            ? bound with { Result = method.Compose(plan.Base?.View, [.. plan.Models.Select(model => model.View)], parameters, statistics) }
            : null;
    }

    private DocumentPlan? WithExpression(DocumentPlan plan)
    {
        if (plan.Models.Any(model => plan.Document.HasModules && model.Contributions.DistinctBy(contribution => contribution.Source?.DisplayName).Count() > 1))
        {
            problems.Error(plan.Document.Expression!, "An expression names models, and the modules do not list the same models in the same order; list them alike, or write a document for each.");
            return null;
        }

        var models = new ExpressionModels();
        foreach (Contributor model in plan.Base is null ? plan.Models : plan.Models.Prepend(plan.Base))
        {
            string name = model.Contributions[0].Source?.DisplayName ?? model.Name;
            _ = models.Names.Contains(name) ? models : models.Add(name, model.View);
        }

        try
        {
            EditExpression expression = EditExpression.Parse(plan.Document.Expression!.Text, models.AddMergeMethods());
            if (expression.Checkpoint is { } result)
            {
                return plan with { Result = result };
            }

            problems.Error(plan.Document.Expression, "The expression is a task vector; a recipe makes a checkpoint: add the task vector to a model.");
        }
        catch (TaskVectorsException error)
        {
            problems.Error(plan.Document.Expression!, error.Message);
        }

        return null;
    }
}
