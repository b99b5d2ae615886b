using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Resolution;
using TaskVectors.Recipes.Validation;
using TaskVectors.Recipes.Yaml;
using TaskVectors.Tokenizers;

namespace TaskVectors.Recipes.Planning;

/// <summary>
/// Joins the vocabularies of a document's models: decides on the tokens of the result, and gives every model the rows of its embeddings in their order.
/// </summary>
/// <param name="resolver">Finds models.</param>
/// <param name="problems">Where problems go.</param>
/// <param name="scope">What stands before the names of the aligned models.</param>
internal sealed class VocabularyPlanner(ModelResolver resolver, RecipeProblems problems, string scope)
{
    /// <summary>The tokenizer of the result; <see langword="null"/> where it is the anchor's.</summary>
    public ResultTokenizer? Tokenizer { get; private set; }

    /// <summary>The operands over one vocabulary; <see langword="null"/> where something is wrong, which is reported.</summary>
    public Operands? Align(RecipeDocument document, Operands operands, ResolvedModel anchor)
    {
        int before = problems.ErrorCount;
        ImmutableArray<ResolvedModel> models = Participants(document, operands, anchor);
        Operands aligned = operands;
        if (document.Tokenizer is { } tokenizer)
        {
            aligned = Join(document, tokenizer, operands, anchor, models) ?? operands;
        }
        else
        {
            new VocabularyCheck(problems).Check(document, operands);
        }

        if (document.ChatTemplate is { } template && problems.ErrorCount == before)
        {
            SetChatTemplate(template, anchor, models);
        }

        return problems.ErrorCount == before ? aligned : null;
    }

    // The base first: its tokens keep their numbers, and its rows fill those that others lack.
    private ImmutableArray<ResolvedModel> Participants(RecipeDocument document, Operands operands, ResolvedModel anchor)
    {
        IEnumerable<ResolvedModel> listed = document.Slices.SelectMany(slice => slice.Sources).Select(source => resolver.Resolve(source.Model)).OfType<ResolvedModel>();
        return BaseOf(document, operands) is { } origin
            ? [.. listed.Prepend(origin).Distinct()]
            : [.. listed.Prepend(anchor).Distinct()];
    }

    private ResolvedModel? BaseOf(RecipeDocument document, Operands operands) =>
        (document.Base is { } model ? resolver.Resolve(model) : null) ?? operands.Base?[0].Model;

    private Operands? Join(RecipeDocument document, RecipeTokenizer tokenizer, Operands operands, ResolvedModel anchor, ImmutableArray<ResolvedModel> models)
    {
        if (SourceOf(tokenizer, BaseOf(document, operands), models[0]) is not { } source)
        {
            return null;
        }

        TokenizedModel?[] found = [.. models.Select(model => Tokenize(model, document, tokenizer))];
        Vocabulary? first = found.FirstOrDefault(model => model?.Model == source)?.Vocabulary ?? ReadVocabulary(source, NodeOf(source, document, tokenizer));
        if (first is null || found.Contains(null))
        {
            return null;
        }

        ImmutableArray<TokenizedModel> tokenized = [.. found.OfType<TokenizedModel>()];
        var union = new VocabularyUnion(first);
        ImmutableArray<VocabularyModel> vocabularies = [.. tokenized.Select(model => model.Tokens)];
        if (tokenizer.Source == VocabularySource.Union)
        {
            vocabularies.ToList().ForEach(union.Add);
        }

        foreach (RecipeToken token in tokenizer.Tokens)
        {
            union.Add(token.Text, vocabularies);
        }

        var rules = new TokenRules(problems, resolver).Bind(tokenizer, tokenized, union);
        int rows = RowsOf(tokenizer, union.Vocabulary, source, tokenized);
        var planner = new RowPlanner(vocabularies, BaseOf(document, operands) is not null, rules, tokenizer.KeepsPadding);
        ImmutableArray<RowMap> maps = planner.Plan(union.Vocabulary.Tokens, rows);
        Warn(tokenizer, union, planner);
        Tokenizer = Written(tokenizer, union, rows, source, anchor, tokenized);
        var aligner = new ModelAligner(problems, scope, tokenizer.Node, tokenized, Arranger.StoresHead(anchor));
        Dictionary<ResolvedModel, ResolvedModel> aligned = aligner.Align(maps);
        return new Operands(operands.Base is { } own ? Replace(own) : null, [.. operands.Models.Select(Replace)]);

        ImmutableArray<Contribution> Replace(ImmutableArray<Contribution> contributions) =>
            [.. contributions.Select(contribution => contribution with { Model = aligned.GetValueOrDefault(contribution.Model, contribution.Model) })];
    }

    private ResolvedModel? SourceOf(RecipeTokenizer tokenizer, ResolvedModel? origin, ResolvedModel first)
    {
        switch (tokenizer.Source)
        {
            case VocabularySource.Union:
                return first;
            case VocabularySource.Base when origin is null:
                problems.Error(tokenizer.Node, "The vocabulary is to be that of the base, and there is no base_model; name one, or take union or one of the models.");
                return null;
            case VocabularySource.Base:
                return origin;
            default:
                return resolver.Resolve(tokenizer.Model!);
        }
    }

    private TokenizedModel? Tokenize(ResolvedModel model, RecipeDocument document, RecipeTokenizer tokenizer)
    {
        YamlNode node = NodeOf(model, document, tokenizer);
        if (ReadVocabulary(model, node) is not { } vocabulary)
        {
            return null;
        }

        if (TokenizedModel.Of(model, vocabulary) is { } tokenized)
        {
            return tokenized;
        }

        problems.Error(node, $"No tensor of '{model.Name}' is known by its name as a token embedding, so vocabularies cannot be joined; leave tokenizer and tokenizer_source out.");
        return null;
    }

    private readonly List<(TokenizerFiles Files, Vocabulary Vocabulary)> _read = [];

    private Vocabulary? ReadVocabulary(ResolvedModel model, YamlNode node)
    {
        try
        {
            TokenizerFiles files = model.TokenizerFiles;
            if (_read.Find(known => known.Files.HasSameTokens(files)).Vocabulary is { } same)
            {
                return same;
            }

            Vocabulary vocabulary = VocabularyReader.Read(files);
            _read.Add((files, vocabulary));
            return vocabulary;
        }
        catch (TaskVectorsException error)
        {
            problems.Error(node, error.Message);
            return null;
        }
    }

    private YamlNode NodeOf(ResolvedModel model, RecipeDocument document, RecipeTokenizer tokenizer) =>
        document.Models().FirstOrDefault(named => resolver.Resolve(named) == model)?.Node ?? tokenizer.Node;

    private static int RowsOf(RecipeTokenizer tokenizer, Vocabulary vocabulary, ResolvedModel source, ImmutableArray<TokenizedModel> models)
    {
        long kept = tokenizer.KeepsPadding ? models.FirstOrDefault(model => model.Model == source)?.Tokens.Rows ?? 0 : 0;
        long rows = Math.Max(vocabulary.Size, kept);
        int multiple = tokenizer.Multiple ?? 1;
        return checked((int)((rows + multiple - 1) / multiple * multiple));
    }

    private void Warn(RecipeTokenizer tokenizer, VocabularyUnion union, RowPlanner planner)
    {
        foreach ((string model, int count) in union.Pieces)
        {
            problems.Warning(tokenizer.Node, $"{count} ordinary tokens of '{model}' become added tokens, as no merges make them: they are found in a text as they stand, before it is cut into pieces, so texts are cut otherwise than before.");
        }

        if (planner.Unknown.Count > 0)
        {
            problems.Warning(tokenizer.Node, $"No model has a row for {planner.Unknown.Count} tokens of the vocabulary, whose rows are zeros: {QuotedName.Of(planner.Unknown)}. Give them a source under tokens.");
        }
    }

    private static ResultTokenizer Written(
        RecipeTokenizer tokenizer, VocabularyUnion union, int rows, ResolvedModel source, ResolvedModel anchor, ImmutableArray<TokenizedModel> models)
    {
        bool isOther = tokenizer.Source == VocabularySource.Model && source != anchor;
        string? folder = isOther ? source.Tokenizer?.Config?.Folder ?? source.Folder : anchor.Tokenizer?.Config?.Folder;
        var config = new VocabularyConfig(rows, anchor.Tokenizer?.Config?.From ?? models[0].Vocabulary, union.Vocabulary, folder);
        return new ResultTokenizer(AddedTokensWriter.Add(source.TokenizerFiles, union.New), config);
    }

    private void SetChatTemplate(YamlScalar template, ResolvedModel anchor, ImmutableArray<ResolvedModel> models)
    {
        ResultTokenizer current = Tokenizer ?? anchor.Tokenizer ?? new ResultTokenizer(anchor.TokenizerFiles, null);
        try
        {
            if (new ChatTemplateChoice(problems).Choose(template, models, current.Files) is { } text)
            {
                Tokenizer = current with { Files = ChatTemplate.With(current.Files, text) };
            }
        }
        catch (TaskVectorsException error)
        {
            problems.Error(template, error.Message);
        }
    }
}
