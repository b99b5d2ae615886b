using TaskVectors.Models.Architectures;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Trains on texts in pieces of equal length.</summary>
/// <param name="bound">The configuration.</param>
/// <param name="seed">The seed of parts and choices.</param>
/// <param name="paths">Finds files.</param>
/// <param name="errors">Where errors go.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="length">Tokens a piece.</param>
internal sealed class LanguageTask(BoundConfiguration bound, ulong seed, ConfigurationPaths paths, ConfigurationErrors errors, Tokenizer tokenizer, int length)
    : ConfiguredTaskOfSets<PieceSet>(bound, seed, errors)
{
    private static readonly string[] TableEndings = [".csv", ".tsv", ".jsonl"];

    public override string? ObstacleOf(Model model) => model is CausalLanguageModel
        ? null
        : "does not foresee text; GPT2LMHeadModel, LlamaForCausalLM, MistralForCausalLM and Qwen2ForCausalLM do";

    private protected override PieceSet OpenSet(DataSourceConfiguration source)
    {
        string path = paths.Of(source.Path!.Text);
        int[] ids = Tokens(path, source.TextColumn);
        return ids.Length < length
            ? throw new DataException("data.too-short", $"{path} has {ids.Length} tokens, less than one piece of {length}. Use more text, or a smaller 'max_length'.")
            : new PieceSet(source, source.Path.Node, ids, length);
    }

    private protected override ITrainingData Join(IReadOnlyList<ChosenExamples<PieceSet>> examples) => Pieces(examples);

    private protected override ModelEvaluator Measure(IReadOnlyList<ChosenExamples<PieceSet>> examples, FrozenHead? head) => new PieceEvaluator(Pieces(examples));

    private LanguageTrainingData Pieces(IReadOnlyList<ChosenExamples<PieceSet>> examples) =>
        new([.. examples.SelectMany(part => part.Set.TokensOf(part.Indices))], length);

    /// <summary>A file of text is one text; the rows of a table are texts of their own.</summary>
    private int[] Tokens(string path, string column)
    {
        Tokenizer whole = tokenizer.WithPadding(null).WithTruncation(null);
        string plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        if (!TableEndings.Contains(Path.GetExtension(plain), StringComparer.OrdinalIgnoreCase))
        {
            return [.. whole.Encode(TextFiles.ReadText(path)).Ids];
        }

        var texts = TextDataset.Open(path, new TextDatasetOptions { TextColumn = column, LabelColumn = null });
        return [.. Enumerable.Range(0, texts.Count).SelectMany(index => whole.Encode(texts.TextOf(index)).Ids)];
    }
}
