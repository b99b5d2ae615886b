using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Planning;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Yaml;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Validation;

/// <summary>
/// Checks that models whose rows are merged by their numbers mean the same by them. Rows of different ordinary tokens are an error; where only added tokens
/// differ, as in models that use reserved rows in their own way, a warning.
/// </summary>
internal sealed class VocabularyCheck(RecipeProblems problems)
{
    private const string Remedy = "Rows are merged by their numbers; set tokenizer_source, such as union or base, to merge them by token.";

    /// <summary>Checks every model against the first, as far as embeddings and heads come from it: those of the first and of the last slice of modules that have some.</summary>
    public void Check(RecipeDocument document, ModuleMap map, ModelResolver resolver)
    {
        IEnumerable<RecipeSlice> ends = document.Slices.Where(slice => (slice.IsFirst || slice.IsLast) && HasVocabulary(slice, map, resolver));
        RecipeModel[] named = [.. ends.SelectMany(slice => slice.Sources.Select(source => source.Model).Prepend(slice.Base ?? document.Base)).OfType<RecipeModel>()];
        (RecipeModel Named, ResolvedModel Model)[] models = [.. from model in named let resolved = resolver.Resolve(model) where resolved is not null select (model, resolved)];
        foreach ((RecipeModel place, ResolvedModel model) in models.DistinctBy(pair => pair.Model).Skip(1))
        {
            Check(place.Node, models[0].Model, model);
        }
    }

    private static bool HasVocabulary(RecipeSlice slice, ModuleMap map, ModelResolver resolver) =>
        slice.Module.IsDefault || (resolver.Resolve(slice.Sources[0].Model) is { } model
            && model.Checkpoint.Tensors.Any(tensor => ModelLayout.Parse(tensor.Name) is null && VocabularyTensors.IsNamed(tensor) && map.Holds(slice.Module, model.Layout.Canonical(tensor.Name))));

    private void Check(YamlNode place, ResolvedModel first, ResolvedModel model)
    {
        if (Read(first, model) is not var (own, other) || TokenizedModel.Of(first, own)?.Tokens.Rows != TokenizedModel.Of(model, other)?.Tokens.Rows)
        {
            return;
        }

        VocabularyDifference difference = VocabularyDifference.Of(own, other);
        if (difference.Conflicts.Count > 0)
        {
            problems.Error(place, $"The vocabularies differ: {difference.Conflicts.Count + difference.AddedConflicts.Count} of {other.Size} rows of '{model.Name}' stand for other tokens than in '{first.Name}' ({VocabularyDifference.Describe(difference.Conflicts[0], own, other)}). {Remedy}");
        }
        else if (difference.AddedConflicts.Count > 0)
        {
            problems.Warning(place, $"{difference.AddedConflicts.Count} rows of '{model.Name}' stand for other added tokens than in '{first.Name}' ({VocabularyDifference.Describe(difference.AddedConflicts[0], own, other)}). {Remedy}");
        }
    }

    /// <summary>What a message adds on how the tokens of two models differ; nothing where that cannot be told.</summary>
    public static string DifferenceOf(ResolvedModel first, ResolvedModel model)
    {
        if (Read(first, model) is not var (own, other))
        {
            return string.Empty;
        }

        VocabularyDifference difference = VocabularyDifference.Of(own, other);
        (string Owner, string Lacking, IReadOnlyList<string> Tokens)[] sides = [(model.Name, first.Name, difference.OnlySecond), (first.Name, model.Name, difference.OnlyFirst)];
        return string.Concat(sides.Where(side => side.Tokens.Count > 0).Select(side => $"; tokens of '{side.Owner}' that '{side.Lacking}' lacks: {QuotedName.Of(side.Tokens, 4)}"));
    }

    /// <summary>The vocabularies of two models; <see langword="null"/> where they are the same, or either cannot be read, which no merge by numbers needs.</summary>
    private static (Vocabulary First, Vocabulary Second)? Read(ResolvedModel first, ResolvedModel second)
    {
        try
        {
            TokenizerFiles left = first.TokenizerFiles;
            TokenizerFiles right = second.TokenizerFiles;
            return !left.HasVocabulary || !right.HasVocabulary || left.HasSameTokens(right) ? null : (VocabularyReader.Read(left), VocabularyReader.Read(right));
        }
        catch (TaskVectorsException)
        {
            return null;
        }
    }
}
