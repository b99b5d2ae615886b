using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes.Binding;
using TaskVectors.Recipes.Companions;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Explaining;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Validation;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes;

/// <summary>
/// A YAML recipe bound to the headers of its models: what is wrong with it, and the edit it stands for. Reads the grammar of mergekit's recipes and
/// this program's own keys. No weight is read. Immutable and safe for use from several threads.
/// </summary>
public sealed class Recipe
{
    private readonly IReadOnlyList<DocumentPlan> _plans;
    private readonly ManifestRecipe? _record;

    private Recipe(string path, IReadOnlyList<RecipeProblem> problems, IReadOnlyList<DocumentPlan> plans, ManifestRecipe? record)
    {
        Path = path;
        Problems = problems;
        _plans = plans;
        _record = record;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    internal DocumentPlan Result => _plans[^1];

    internal ManifestRecipe Record => _record!;

    /// <summary>Everything that is wrong, in the order of the file.</summary>
    public IReadOnlyList<RecipeProblem> Problems { get; }

    /// <summary>Whether the recipe runs.</summary>
    public bool IsValid => Problems.All(problem => problem.Severity == RecipeSeverity.Warning);

    /// <summary>Reads a recipe and the headers of its models. Mistakes are in <see cref="Problems"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="TaskVectorsException">The file cannot be read.</exception>
    public static Recipe Load(string path, RecipeOptions? options = null)
    {
        string full = System.IO.Path.GetFullPath(path);
        string text;
        try
        {
            long length = new FileInfo(full) is { Exists: true } file ? file.Length : 0;
            if (length > YamlReader.MaximumLength * (long)sizeof(int))
            {
                throw new RecipeException(path, new RecipeProblem(RecipeSeverity.Error, 1, 1, $"The file has {length} bytes; a recipe has at most {YamlReader.MaximumLength} characters."));
            }

            text = File.ReadAllText(full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(full, $"The recipe '{path}' cannot be read: {error.Message}", error);
        }

        return Bind(path, text, System.IO.Path.GetDirectoryName(full)!, options ?? RecipeOptions.Default);
    }

    /// <summary>The plan of writing the result.</summary>
    /// <param name="target">Where it is written.</param>
    /// <param name="options">How; its dtype wins over the recipe's.</param>
    /// <exception cref="TaskVectorsException">The recipe has errors, or the models do not fit; several errors come as one <see cref="AggregateEditException"/>.</exception>
    public EditPlan Plan(OutputTarget target, EditOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfInvalid();
        EditOptions chosen = options with { OutputDType = options.OutputDType ?? Result.OutputDType };
        EditPlan plan = EditPlanner.Plan(Result.Result, target, chosen);
        return plan with
        {
            CompanionFiles = target.IsSingleFile ? [] : [.. new RecipeCompanions(this, plan).Files()],
            Recipe = _record,
            Warnings = [.. Problems.Select(problem => $"{System.IO.Path.GetFileName(Path)}:{problem}"), .. plan.Warnings],
        };
    }

    /// <summary>What the recipe means: the values that every tensor gets, and what the result will be.</summary>
    /// <exception cref="TaskVectorsException">The recipe has errors; several come as one <see cref="AggregateEditException"/>.</exception>
    public RecipeExplanation Explain()
    {
        ThrowIfInvalid();
        return Explainer.Explain(_plans);
    }

    /// <summary>The recipe that a manifest records, its models where they were.</summary>
    internal static Recipe Restore(ManifestRecipe recorded, string folder) =>
        Bind(recorded.Name, recorded.Text, folder, RecipeOptions.Default with { Paths = recorded.Models });

    private void ThrowIfInvalid() =>
        AggregateEditException.ThrowIfAny([.. Problems.Where(problem => problem.Severity == RecipeSeverity.Error).Select(problem => new RecipeException(Path, problem))]);

    private static Recipe Bind(string path, string text, string folder, RecipeOptions options)
    {
        var problems = new RecipeProblems();
        IReadOnlyList<RecipeDocument> documents = RecipeBinder.Bind(text, problems);
        string[] names = [.. documents.Select(document => document.Name?.Text).OfType<string>()];
        var resolver = new ModelResolver(folder, options, names, problems);
        foreach (RecipeDocument document in documents)
        {
            new ParameterCheck(problems).Check(document);
            TokenCheck.Check(document, problems);
        }

        var plans = new List<DocumentPlan?>();
        foreach (RecipeDocument document in documents)
        {
            string scope = document.Name is { } name && documents.Count > 1 ? name.Text + ":" : string.Empty;
            DocumentPlan? plan = new DocumentPlanner(resolver, problems).Plan(document, scope);
            plans.Add(plan);
            if (document.Name is { } result && document != documents[^1])
            {
                resolver.Add(result.Text, plan is null ? null : ResultOf(result.Text, plan));
            }
        }

        IEnumerable<RecipeProblem> found = options.IsStrict ? problems.All.Select(problem => problem with { Severity = RecipeSeverity.Error }) : problems.All;
        ManifestRecipe? record = problems.HasErrors ? null : new ManifestRecipe
        {
            Name = System.IO.Path.GetFileName(path),
            Text = text,
            Models = resolver.Paths,
            Merges = [.. plans.OfType<DocumentPlan>().SelectMany(BoundMerges.Of)],
        };
        return new Recipe(path, [.. found], [.. plans.OfType<DocumentPlan>()], record);
    }

    // As if it were written and opened again, so that the steps of a recipe are those of separate merges.
    private static ResolvedModel ResultOf(string name, DocumentPlan plan) =>
        new(name, Checkpoint.FromSource(new WrittenSource(plan.Result.Form, plan.OutputDType)), plan.Anchor.Folder) { Tokenizer = plan.Tokenizer };
}
