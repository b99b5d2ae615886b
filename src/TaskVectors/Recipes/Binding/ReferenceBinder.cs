using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds references to models: text, <c>PATH@REVISION+ADAPTER</c>, or the same written out as mappings.</summary>
internal sealed class ReferenceBinder(RecipeProblems problems)
{
    /// <summary>Binds the value of a key that names a model; nothing where the key is absent.</summary>
    public RecipeModel? Bind(YamlEntry? entry) => entry switch
    {
        null => null,
        { Value: YamlMapping mapping } => TextOf(mapping) is { } text ? new RecipeModel(mapping, text) : null,
        _ when ScalarReader.Text(entry, problems) is { } text => new RecipeModel(text, text.Text),
        _ => null,
    };

    private string? TextOf(YamlMapping reference)
    {
        if (reference.Find("path") is not null)
        {
            return PathOf(reference);
        }

        RecipeGrammar.ModelReference.RequireKnownKeys(reference, problems);
        if (reference.Find("model") is not { } model)
        {
            problems.Error(reference, "A model that is written out needs 'model', or 'path'.");
            return null;
        }

        if (reference.Find("override_architecture") is { Value: not YamlScalar { IsNull: true } } architecture)
        {
            problems.Warning(architecture.Key, IdleKeys.Architecture);
        }

        string? path = TextOf(model);
        YamlEntry? adapter = reference.Find("lora") is { Value: not YamlScalar { IsNull: true } } lora ? lora : null;
        string? added = adapter is null ? null : TextOf(adapter);
        return path is null || (adapter is not null && added is null) ? null : added is null ? path : $"{path}+{added}";
    }

    private string? TextOf(YamlEntry entry) => entry.Value is YamlMapping mapping ? PathOf(mapping) : ScalarReader.Text(entry, problems)?.Text;

    private string? PathOf(YamlMapping mapping)
    {
        RecipeGrammar.ModelPath.RequireKnownKeys(mapping, problems);
        if (mapping.Find("path") is not { } path)
        {
            problems.Error(mapping, "A model that is written out needs 'path'.");
            return null;
        }

        YamlEntry? revision = mapping.Find("revision") is { Value: not YamlScalar { IsNull: true } } given ? given : null;
        string? text = ScalarReader.Text(path, problems)?.Text;
        string? version = revision is null ? null : ScalarReader.Text(revision, problems)?.Text;
        return text is null || (revision is not null && version is null) ? null : version is null ? text : $"{text}@{version}";
    }
}
