using System.Collections.Immutable;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Binding;

/// <summary>Binds how vocabularies are joined.</summary>
internal sealed class TokenizerBinder(RecipeProblems problems)
{
    // What older recipes write before the path of a model.
    private const string ModelPrefix = "model:";

    private readonly ReferenceBinder _references = new(problems);

    /// <summary>Binds <c>tokenizer</c> or <c>tokenizer_source</c>; both are an error.</summary>
    public RecipeTokenizer? Bind(YamlEntry? whole, YamlEntry? source)
    {
        if (whole is not null && source is not null)
        {
            YamlEntry second = whole.Key.Line > source.Key.Line ? whole : source;
            problems.Error(second.Key, "Give 'tokenizer' or 'tokenizer_source', not both.");
            return null;
        }

        return whole is not null ? BindWhole(whole) : source is not null ? BindSource(source) : null;
    }

    private RecipeTokenizer BindSource(YamlEntry entry)
    {
        (VocabularySource source, RecipeModel? model) = SourceOf(entry);
        return new RecipeTokenizer(entry.Value, source, model, [], null, false);
    }

    private RecipeTokenizer? BindWhole(YamlEntry entry)
    {
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Error(entry.Value, $"'tokenizer' must be a mapping with the keys source, tokens, pad_to_multiple_of and keep_padding, not {entry.Value.Description}.");
            return null;
        }

        RecipeGrammar.Tokenizer.RequireKnownKeys(mapping, problems);
        (VocabularySource source, RecipeModel? model) = mapping.Find("source") is { } given ? SourceOf(given) : (VocabularySource.Union, null);
        bool keepsPadding = mapping.Find("keep_padding") is { } padding && ScalarReader.Truth(padding, problems) == true;
        return new RecipeTokenizer(mapping, source, model, TokensOf(mapping.Find("tokens")), MultipleOf(mapping.Find("pad_to_multiple_of")), keepsPadding);
    }

    private (VocabularySource Source, RecipeModel? Model) SourceOf(YamlEntry entry) => _references.Bind(entry) switch
    {
        null or { Node: YamlScalar, Text: "union" } => (VocabularySource.Union, null),
        { Node: YamlScalar, Text: "base" } => (VocabularySource.Base, null),
        { } model when model.Text.StartsWith(ModelPrefix, StringComparison.Ordinal) => (VocabularySource.Model, model with { Text = model.Text[ModelPrefix.Length..] }),
        { } model => (VocabularySource.Model, model),
    };

    private int? MultipleOf(YamlEntry? entry)
    {
        if (entry is null || ScalarReader.Integer(entry.Name, entry.Value, problems) is not { } multiple)
        {
            return null;
        }

        if (multiple is < 1 or > 1 << 20)
        {
            problems.Error(entry.Value, $"'{entry.Name}' must be from 1 to {1 << 20}, got {multiple}.");
            return null;
        }

        return multiple;
    }

    private ImmutableArray<RecipeToken> TokensOf(YamlEntry? entry)
    {
        if (entry is null || entry.Value is YamlScalar { IsNull: true })
        {
            return [];
        }

        if (entry.Value is not YamlMapping mapping)
        {
            problems.Error(entry.Value, $"'tokens' must be a mapping of tokens to sources, not {entry.Value.Description}.");
            return [];
        }

        return [.. mapping.Entries.Select(TokenOf).OfType<RecipeToken>()];
    }

    private RecipeToken? TokenOf(YamlEntry entry)
    {
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Error(entry.Value, $"The token '{entry.Name}' needs a mapping with 'source', not {entry.Value.Description}.");
            return null;
        }

        RecipeGrammar.Token.RequireKnownKeys(mapping, problems);
        bool isForced = mapping.Find("force") is { } force && ScalarReader.Truth(force, problems) == true;
        return mapping.Find("source") switch
        {
            null or { Value: YamlScalar { IsNull: true } } => isForced
                ? Fail(mapping, $"The token '{entry.Name}' needs 'source', which 'force' lets all models take.")
                : new RecipeToken(mapping, entry.Name, null, null, null, IsForced: false) { HasSource = false },
            { Value: YamlMapping source } when source.Find("model") is null || source.Find("kind") is not null => SourceOf(entry, source, isForced),
            { } given when _references.Bind(given) is { } model => new RecipeToken(mapping, entry.Name, model, null, null, isForced),
            _ => null,
        };
    }

    private RecipeToken? SourceOf(YamlEntry token, YamlMapping source, bool isForced)
    {
        RecipeGrammar.TokenSource.RequireKnownKeys(source, problems);
        YamlScalar? kind = source.Find("kind") is { } entry ? ScalarReader.Text(entry, problems) : null;
        switch (kind?.Text)
        {
            case "zero":
                return new RecipeToken(source, token.Name, null, null, null, isForced);
            case "model_token":
                return ModelTokenOf(token, source, isForced);
            case null:
                return Fail(source, $"The source of the token '{token.Name}' needs 'kind': zero or model_token.");
            default:
                return Fail(kind, $"The kind of a token's source is zero or model_token, got '{kind.Text}'.");
        }
    }

    private RecipeToken? ModelTokenOf(YamlEntry token, YamlMapping source, bool isForced)
    {
        RecipeModel? model = _references.Bind(source.Find("model"));
        string? other = source.Find("token") is { } text ? ScalarReader.Text(text, problems)?.Text : null;
        int? row = source.Find("token_id") is { } number ? ScalarReader.Integer("token_id", number.Value, problems) : null;
        if (model is null)
        {
            return Fail(source, $"The source of the token '{token.Name}' needs 'model'.");
        }

        return (other is null) == (row is null)
            ? Fail(source, $"The source of the token '{token.Name}' needs 'token' or 'token_id', one of them.")
            : new RecipeToken(source, token.Name, model, other, row, isForced);
    }

    private RecipeToken? Fail(YamlNode node, string message)
    {
        problems.Error(node, message);
        return null;
    }
}
