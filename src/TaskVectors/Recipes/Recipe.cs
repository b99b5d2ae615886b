using System.Text.Json.Nodes;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Binding;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Validation;

namespace TaskVectors.Recipes;

/// <summary>
/// A YAML recipe bound to the headers of its models: what is wrong with it, and the edit it stands for. Reads the grammar of mergekit's recipes and
/// this program's own keys. No weight is read. Immutable and safe for use from several threads.
/// </summary>
public sealed class Recipe
{
    private readonly DocumentPlan? _plan;

    private Recipe(string path, IReadOnlyList<RecipeProblem> problems, DocumentPlan? plan)
    {
        Path = path;
        Problems = problems;
        _plan = plan;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

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
        AggregateEditException.ThrowIfAny([.. Problems.Where(problem => problem.Severity == RecipeSeverity.Error).Select(problem => new RecipeException(Path, problem))]);
        EditOptions chosen = options with { OutputDType = options.OutputDType ?? _plan!.OutputDType };
        EditPlan plan = EditPlanner.Plan(_plan!.Result, target, chosen);
        return plan with
        {
            CompanionFiles = target.IsSingleFile || _plan.Anchor.Folder is not { } folder ? [] : [.. Companions(folder).Select(file => WithDType(file, chosen))],
            Warnings = [.. Problems.Select(problem => problem.ToString()), .. plan.Warnings],
        };
    }

    private static Recipe Bind(string path, string text, string folder, RecipeOptions options)
    {
        var problems = new RecipeProblems();
        IReadOnlyList<RecipeDocument> documents = RecipeBinder.Bind(text, problems);
        string[] names = [.. documents.Select(document => document.Name?.Text).OfType<string>()];
        var resolver = new ModelResolver(folder, options.Roots, names, problems);
        foreach (RecipeDocument document in documents)
        {
            new ParameterCheck(problems).Check(document);
            TokenCheck.Check(document, problems);
        }

        DocumentPlan? plan = null;
        foreach (RecipeDocument document in documents)
        {
            string scope = document.Name is { } name && documents.Count > 1 ? name.Text + ":" : string.Empty;
            plan = new DocumentPlanner(resolver, problems).Plan(document, scope);
            if (document.Name is { } result && document != documents[^1])
            {
                resolver.Add(result.Text, plan is null ? null : ResultOf(result.Text, plan));
            }
        }

        IEnumerable<RecipeProblem> found = options.IsStrict ? problems.All.Select(problem => problem with { Severity = RecipeSeverity.Error }) : problems.All;
        return new Recipe(path, [.. found], plan);
    }

    // As if it were written and opened again, so that the steps of a recipe are those of separate merges.
    private static ResolvedModel ResultOf(string name, DocumentPlan plan) =>
        new(name, Checkpoint.FromSource(new WrittenSource(plan.Result.Form, plan.OutputDType)), plan.Anchor.Folder) { Tokenizer = plan.Tokenizer };

    private IEnumerable<CompanionFile> Companions(string folder)
    {
        IEnumerable<CompanionFile> files = CompanionFiles.Find(folder).Select(WithLayers);
        return _plan!.Tokenizer?.Replace(files) ?? files;
    }

    private CompanionFile WithLayers(CompanionFile file)
    {
        if (file.RelativePath != ModelConfig.FileName || _plan!.LayerCount is not { } layers || _plan.Anchor.Config.LayerCountKey is not { } key)
        {
            return file;
        }

        return WithContent(file, _plan.Anchor.Config.With(new Dictionary<string, JsonNode> { [key] = layers }));
    }

    // A changed config is written as it is here.
    private static CompanionFile WithDType(CompanionFile file, EditOptions options) =>
        file is { RelativePath: ModelConfig.FileName, Content: { } content } && options.OutputDType is { } dtype && CompanionFiles.WithDType(content.ToArray(), dtype) is { } config
            ? WithContent(file, System.Text.Encoding.UTF8.GetBytes(config))
            : file;

    private static CompanionFile WithContent(CompanionFile file, byte[] content) => file with { Content = content, Length = content.Length };
}
