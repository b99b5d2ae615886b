using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
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

    /// <summary>The models over one vocabulary; <see langword="null"/> where something is wrong, which is reported.</summary>
    public AlignedModels? Plan(RecipeDocument document, ModuleMap map)
    {
        int before = problems.ErrorCount;
        RecipeSource[] sources = [.. document.Slices.SelectMany(slice => slice.Sources)];
        ResolvedModel?[] listed = [.. sources.Select(source => resolver.Resolve(source.Model))];
        ResolvedModel? origin = BaseOf(document);
        if (listed.Contains(null))
        {
            return AlignedModels.None;
        }

        // The base first: its tokens keep their numbers, and its rows fill those that others lack.
        ImmutableArray<ResolvedModel> models = [.. (origin is null ? listed : listed.Prepend(origin)).OfType<ResolvedModel>().Distinct()];
        AlignedModels? aligned = AlignedModels.None;
        if (document.Tokenizer is { } tokenizer)
        {
            aligned = Join(document, tokenizer, origin, models);
        }
        else
        {
            new VocabularyCheck(problems).Check(document, map, resolver);
        }

        if (document.ChatTemplate is { } template)
        {
            SetChatTemplate(template, models);
        }

        return problems.ErrorCount == before ? aligned : null;
    }

    private ResolvedModel? BaseOf(RecipeDocument document) =>
        (document.Base ?? document.Slices.Select(slice => slice.Base).FirstOrDefault(model => model is not null)) is { } model ? resolver.Resolve(model) : null;

    // The first of the models is the one that config and tokenizer come from.
    private AlignedModels? Join(RecipeDocument document, RecipeTokenizer tokenizer, ResolvedModel? origin, ImmutableArray<ResolvedModel> models)
    {
        if (SourceOf(tokenizer, origin, models[0]) is not { } source)
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
        VocabularyUnion union = UnionOf(first, tokenizer, tokenized);
        var rules = new TokenRules(problems, resolver).Bind(tokenizer, tokenized);
        int rows = RowsOf(tokenizer, union.Vocabulary, source, tokenized);
        var planner = new RowPlanner([.. tokenized.Select(model => model.Tokens)], origin is not null, rules, tokenizer.KeepsPadding);
        ImmutableArray<RowMap> maps = planner.Plan(union.Vocabulary.Tokens, rows);
        Warn(tokenizer, union, planner);
        WarnOfPieces(tokenizer, union, source);
        WarnOfCut(tokenizer, rows, source, tokenized);
        Tokenizer = Written(tokenizer, union, rows, source, tokenized[0]);
        return new AlignedModels(new ModelAligner(problems, scope, tokenizer.Node, tokenized).Align(maps));
    }

    private static VocabularyUnion UnionOf(Vocabulary first, RecipeTokenizer tokenizer, ImmutableArray<TokenizedModel> models)
    {
        var union = new VocabularyUnion(first);
        foreach (TokenizedModel model in tokenizer.Source == VocabularySource.Union ? models : [])
        {
            union.Add(model.Tokens);
        }

        foreach (RecipeToken token in tokenizer.Tokens)
        {
            union.Add(token.Text, [.. models.Select(model => model.Tokens)]);
        }

        return union;
    }

    private ResolvedModel? SourceOf(RecipeTokenizer tokenizer, ResolvedModel? origin, ResolvedModel first)
    {
        switch (tokenizer.Source)
        {
            case VocabularySource.Union:
                return first;
            case VocabularySource.Base when origin is null:
                problems.Warning(tokenizer.Node, $"The vocabulary is to be that of the base, and there is no base_model: it is that of the first model, '{first.Name}'.");
                return first;
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

    private void WarnOfPieces(RecipeTokenizer tokenizer, VocabularyUnion union, ResolvedModel source)
    {
        if (union.New.Count > 0 && !source.TokenizerFiles.Has(TokenizerNames.Tokenizer) && SentencePieceVocabulary.FileOf(source.TokenizerFiles) is { } file)
        {
            problems.Warning(tokenizer.Node, $"The tokenizer of '{source.Name}' is stored as SentencePiece alone, which no tokens are added to: {union.New.Count} new tokens stand beside it, in {AddedTokensWriter.PlaceBeside(source.TokenizerFiles)}, and programs that read {file} alone do not know them.");
        }
    }

    private void WarnOfCut(RecipeTokenizer tokenizer, int rows, ResolvedModel source, ImmutableArray<TokenizedModel> models)
    {
        if (models.FirstOrDefault(model => model.Model == source) is { } origin && origin.Tokens.Rows > rows)
        {
            problems.Warning(tokenizer.Node, $"'{source.Name}' has {origin.Tokens.Rows} rows and the result {rows}: rows after the last token are cut. 'keep_padding: true' under tokenizer keeps them.");
        }
    }

    private static ResultTokenizer Written(RecipeTokenizer tokenizer, VocabularyUnion union, int rows, ResolvedModel source, TokenizedModel anchor)
    {
        VocabularyConfig? earlier = anchor.Model.Tokenizer?.Config;
        bool isOther = tokenizer.Source == VocabularySource.Model && source != anchor.Model;
        string? folder = isOther ? source.Tokenizer?.Config?.Folder ?? source.Folder : earlier?.Folder;
        var config = new VocabularyConfig(rows, earlier?.From ?? anchor.Vocabulary, union.Vocabulary, folder);
        return new ResultTokenizer(AddedTokensWriter.Add(source.TokenizerFiles, union.New), config);
    }

    private void SetChatTemplate(YamlScalar template, ImmutableArray<ResolvedModel> models)
    {
        ResultTokenizer current = Tokenizer ?? models[0].Tokenizer ?? new ResultTokenizer(models[0].TokenizerFiles, null);
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
