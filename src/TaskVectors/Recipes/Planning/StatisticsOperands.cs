using TaskVectors.Algebra;
using TaskVectors.Execution.Merges;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;

namespace TaskVectors.Recipes.Planning;

/// <summary>Finds the files of statistics that a recipe names for its models.</summary>
internal sealed class StatisticsOperands(ModelResolver resolver, RecipeProblems problems)
{
    private const string Key = StatisticsParameter.ParameterName;

    /// <summary>The statistics of each model, none where the method needs none; <see langword="null"/> where something is wrong, which is reported.</summary>
    public MergeStatistics[]? Find(DocumentPlan plan, IReadOnlyList<Contributor> counted)
    {
        if (plan.Document.Method?.Statistics is null)
        {
            return [];
        }

        if (plan.Document.IsSliced || counted.Any(model => model.Contributions.DistinctBy(contribution => contribution.Model).Count() > 1))
        {
            problems.Error(plan.Document.MethodNode!, $"The method {plan.Document.Method.Name} merges whole models: its statistics are of them, not of slices or of modules from several models. List the models under 'models'.");
            return null;
        }

        MergeStatistics?[] found = [.. counted.Select(model => Find(plan.Document, model.Contributions[0]))];
        return found.Contains(null) ? null : [.. found.OfType<MergeStatistics>()];
    }

    // Of the model as it is stored: its tensors may be renamed or left out for the merge.
    private MergeStatistics? Find(RecipeDocument document, Contribution contribution)
    {
        RecipeParameter given = (contribution.Source?.Parameters.Find(Key) ?? document.Slices[0].Parameters.Find(Key) ?? document.Slices[0].Module.Parameters.Find(Key) ?? document.Parameters.Find(Key))!;
        if (given.Value is not RecipeScalar path)
        {
            problems.Error(given.Value.Node, $"'{Key}' is one file for a model, without filters.");
            return null;
        }

        return resolver.OpenBeside(path.Node, path.Text) is { } source
            ? new MergeStatistics(AffineForm.Of(source, isVector: false), contribution.Model.Checkpoint.Form)
            : null;
    }
}
