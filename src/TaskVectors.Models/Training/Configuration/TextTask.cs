using TaskVectors.Models.Architectures;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Trains on texts and their classes.</summary>
/// <param name="bound">The configuration.</param>
/// <param name="seed">The seed of parts and choices.</param>
/// <param name="paths">Finds files.</param>
/// <param name="errors">Where errors go.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="maximumLength">Tokens a text.</param>
internal sealed class TextTask(
    BoundConfiguration bound, ulong seed, ConfigurationPaths paths, ConfigurationErrors errors, Tokenizer tokenizer, int maximumLength)
    : ConfiguredTaskOfSets<TextSet>(bound, seed, errors)
{
    public override string? ObstacleOf(Model model) => model is BertModel or ClipModel
        ? null
        : "does not classify texts; BertForSequenceClassification, RobertaForSequenceClassification, BertModel, RobertaModel and CLIPModel do";

    private protected override TextSet OpenSet(DataSourceConfiguration source)
    {
        var texts = TextDataset.Open(paths.Of(source.Path!.Text), new TextDatasetOptions { TextColumn = source.TextColumn, LabelColumn = source.LabelColumn });
        return texts.ClassNames.Count == 0
            ? throw new DataException("data.no-labels", $"{paths.Of(source.Path.Text)} has texts without labels; use a .csv, .tsv or .jsonl file.")
            : new TextSet(source, source.Path.Node, texts);
    }

    private protected override ITrainingData Join(IReadOnlyList<ChosenExamples<TextSet>> examples) =>
        new TextTrainingData(TextsOf(examples), LabelsOf(examples), tokenizer, maximumLength);

    private protected override ModelEvaluator Measure(IReadOnlyList<ChosenExamples<TextSet>> examples, FrozenHead? head) =>
        new TextClassificationEvaluator(TextExamples.From(TextsOf(examples), LabelsOf(examples), tokenizer, maximumLength), head);

    private static string[] TextsOf(IReadOnlyList<ChosenExamples<TextSet>> examples) =>
        [.. examples.SelectMany(part => part.Indices.Select(part.Set.Texts.TextOf))];

    private static int[] LabelsOf(IReadOnlyList<ChosenExamples<TextSet>> examples) => [.. examples.SelectMany(part => part.Labels)];
}
