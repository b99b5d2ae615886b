using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Yaml;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Planning;

/// <summary>Decides on the chat template that a recipe asks for.</summary>
/// <param name="problems">Where problems go.</param>
internal sealed class ChatTemplateChoice(RecipeProblems problems)
{
    private const string Automatic = "auto";

    /// <summary>The template, or <see langword="null"/> where there is none, which is reported.</summary>
    /// <param name="asked"><c>auto</c>, the name of a known template, or a template as text.</param>
    /// <param name="models">The models of the merge.</param>
    /// <param name="files">The tokenizer of the result.</param>
    public string? Choose(YamlScalar asked, ImmutableArray<ResolvedModel> models, TokenizerFiles files)
    {
        if (asked.Text == Automatic)
        {
            return MostFrequent(asked, models);
        }

        if (KnownChatTemplates.Find(asked.Text) is { } known)
        {
            WarnOfMissingTokens(asked, known, files);
            return known.Text;
        }

        if (asked.Text.Contains('{', StringComparison.Ordinal))
        {
            return asked.Text;
        }

        string[] names = [Automatic, .. KnownChatTemplates.Names];
        problems.Error(asked, $"There is no chat_template '{asked.Text}'.{SimilarNames.Question(asked.Text, names)} Give {string.Join(", ", names)}, or the template as text, in Jinja.");
        return null;
    }

    // Of those that are equally frequent, the one of the first model.
    private string? MostFrequent(YamlScalar asked, ImmutableArray<ResolvedModel> models)
    {
        string? template = models.Select(model => ChatTemplate.Find(model.TokenizerFiles)).OfType<string>()
            .GroupBy(text => text, StringComparer.Ordinal)
            .MaxBy(group => group.Count())?.Key;
        if (template is null)
        {
            problems.Warning(asked, "No model has a chat template, so the result has none.");
        }

        return template;
    }

    private void WarnOfMissingTokens(YamlScalar asked, KnownChatTemplate template, TokenizerFiles files)
    {
        if (template.Tokens.IsEmpty || !files.HasVocabulary)
        {
            return;
        }

        Vocabulary vocabulary = VocabularyReader.Read(files);
        string[] missing = [.. template.Tokens.Where(token => !vocabulary.TryGetId(token, out _))];
        if (missing.Length > 0)
        {
            problems.Warning(asked, $"The chat template {template.Name} writes {QuotedName.Of(missing)}, which the vocabulary of the result lacks; add them under tokenizer: {{tokens: ...}}.");
        }
    }
}
