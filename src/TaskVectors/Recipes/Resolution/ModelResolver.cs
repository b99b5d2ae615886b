using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes.Companions;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Resolution;

/// <summary>
/// Finds the models that a recipe names and reads their headers: earlier documents by name, everything else by path, from the recipe's
/// folder first and the current one then.
/// </summary>
/// <param name="folder">The folder of the recipe.</param>
/// <param name="options">The folders that models must lie in, and where references lead that are not looked up.</param>
/// <param name="documents">The names of the recipe's documents.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class ModelResolver(string folder, RecipeOptions options, IReadOnlyCollection<string> documents, RecipeProblems problems)
{
    private readonly Dictionary<string, ResolvedModel?> _models = new(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<string, string>.Builder _paths = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

    /// <summary>Where the models and adapters opened so far are, by the reference.</summary>
    public ImmutableSortedDictionary<string, string> Paths => _paths.ToImmutable();

    /// <summary>Makes the result of a document known by its name; <see langword="null"/> where it cannot be made, which has been reported.</summary>
    public void Add(string name, ResolvedModel? model) => _models[name] = model;

    /// <summary>The model, or <see langword="null"/> where there is none; the problem is reported once.</summary>
    public ResolvedModel? Resolve(RecipeModel model)
    {
        if (!_models.TryGetValue(model.Text, out ResolvedModel? resolved))
        {
            resolved = Open(model);
            _models.Add(model.Text, resolved);
        }

        return resolved;
    }

    /// <summary>A file that goes with a model, such as statistics, under the same rules as models; <see langword="null"/> where there is none, which is reported.</summary>
    public CheckpointSource? OpenBeside(YamlNode node, string text)
    {
        string path = PathOf(text);
        if (!IsAllowed(node, path, text) || !IsFound(node, path, text, "file"))
        {
            return null;
        }

        try
        {
            CheckpointSource source = CheckpointFormats.Open(path);
            _paths[text] = path;
            return source;
        }
        catch (TaskVectorsException error)
        {
            problems.Error(node, error.Message);
            return null;
        }
    }

    /// <summary>The path that a reference stands for, whether or not something is there.</summary>
    public string PathOf(string text)
    {
        if (options.Paths.TryGetValue(text, out string? known))
        {
            return known;
        }

        string beside = Path.GetFullPath(text, folder);
        return Exists(beside) || !Exists(Path.GetFullPath(text)) ? beside : Path.GetFullPath(text);
    }

    private ResolvedModel? Open(RecipeModel model)
    {
        try
        {
            return Exists(PathOf(model.Text)) ? OpenParts(model, [model.Text]) : OpenParts(model, model.Text.Split('+'));
        }
        catch (TaskVectorsException error)
        {
            problems.Error(model.Node, error.Message);
            return null;
        }
    }

    private ResolvedModel? OpenParts(RecipeModel model, string[] parts)
    {
        string[] references = [.. parts.Select(part => WithoutRevision(model, part))];
        string[] paths = [.. references.Select(PathOf)];
        if (!paths.Zip(parts).All(pair => IsAllowed(model.Node, pair.First, pair.Second) && IsFound(model.Node, pair.First, pair.Second)))
        {
            return null;
        }

        foreach ((string reference, string path) in references.Zip(paths))
        {
            _paths[reference] = path;
        }

        CheckpointSource stored = CheckpointFormats.Open(paths[0]);
        if (TaskVectorMetadata.IsTaskVector(stored))
        {
            problems.Error(model.Node, $"'{parts[0]}' is a task vector or an adapter; a model is needed here. An adapter is added to a model as MODEL+ADAPTER.");
            return null;
        }

        var checkpoint = Checkpoint.FromSources(stored, paths.Skip(1).Select(ModelPath.OpenAdapter));
        return new ResolvedModel(model.ShortName, checkpoint, FolderOf(paths[0]));
    }

    private bool IsAllowed(YamlNode node, string path, string text)
    {
        string real = RealPath.Of(path);
        ImmutableArray<string> roots = options.Roots;
        if (roots.IsEmpty || roots.Any(root => RealPath.IsWithin(real, RealPath.Of(root))))
        {
            return true;
        }

        problems.Error(node, $"'{text}' is outside the allowed root{(roots.Length > 1 ? "s" : string.Empty)} {string.Join(", ", roots)}; move it there, or allow another with --root.");
        return false;
    }

    private bool IsFound(YamlNode node, string path, string text, string what = "model")
    {
        if (Exists(path))
        {
            return true;
        }

        if (documents.Contains(text))
        {
            // Documents that depend on each other have been reported.
            return false;
        }

        string question = SimilarNames.Of(text, documents) is [var document, ..] ? $" Did you mean the document '{document}'?"
            : HubName.IsOne(text) ? " If it is a model of a hub, download it and give its folder."
            : string.Empty;
        problems.Error(node, $"The {what} '{text}' is not found: {new CheckpointNotFoundException(path).Message}{question}");
        return false;
    }

    // A revision names a version on a hub; a folder holds one version.
    private string WithoutRevision(RecipeModel model, string part)
    {
        int at = part.LastIndexOf('@');
        if (at <= 0 || Exists(PathOf(part)) || !Exists(PathOf(part[..at])))
        {
            return part;
        }

        problems.Warning(model.Node, $"The revision '{part[(at + 1)..]}' of '{part[..at]}' is not looked at: the folder holds one version.");
        return part[..at];
    }

    private static string? FolderOf(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(path);

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
