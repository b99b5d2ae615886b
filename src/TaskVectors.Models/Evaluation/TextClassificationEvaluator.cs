using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures a classifier of texts: by its own head, by a frozen head on sentence embeddings (mean pooled, of length 1), or zero-shot by the
/// cosine with class prompts.
/// </summary>
public sealed class TextClassificationEvaluator : ClassificationEvaluator
{
    private readonly TextExamples _examples;

    /// <summary>Measures with a frozen head, or with the model's own.</summary>
    /// <param name="examples">The texts.</param>
    /// <param name="head">The frozen head; the model's own where absent.</param>
    /// <param name="options">How the model is run.</param>
    public TextClassificationEvaluator(TextExamples examples, FrozenHead? head = null, EvaluatorOptions? options = null)
        : base(_ => head, options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        _examples = examples;
    }

    /// <summary>Measures zero-shot: the model that is measured also encodes the prompts.</summary>
    /// <param name="examples">The texts; labels number the classes of the prompts.</param>
    /// <param name="prompts">What is said of each class.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">How the model is run.</param>
    public TextClassificationEvaluator(TextExamples examples, PromptSet prompts, Tokenizer tokenizer, EvaluatorOptions? options = null)
        : base(model => prompts.Encode(model, tokenizer), options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(prompts);
        _examples = examples;
    }

    /// <inheritdoc/>
    public override string Name => "text-classification";

    private protected override IReadOnlyList<int> Labels => _examples.Labels;

    /// <summary>[batch, width]: embeddings of texts of length 1, by the models that have such.</summary>
    internal static Tensor Embed(Model model, ModelInputs inputs) => model switch
    {
        BertModel bert => bert.EmbedSentences(inputs),
        ClipModel clip => clip.EmbedTexts(inputs),
        _ => throw NoTexts(model),
    };

    /// <summary>[batch, classes]: the scores of the model's own head.</summary>
    internal static Tensor ScoresOf(Model model, ModelInputs inputs) => model is BertModel
        ? model.Run(inputs).Logits ?? throw WrongKind(model, "has no head; give prompts or a frozen head.")
        : throw NoTexts(model);

    internal override int LengthOf(int example) => _examples.LengthOf(example);

    private protected override int[] Order() => _examples.ByLength();

    private protected override Tensor Scores(Model model, ReadOnlySpan<int> batch) => ScoresOf(model, _examples.Batch(batch));

    private protected override Tensor Vectors(Model model, ReadOnlySpan<int> batch) => Embed(model, _examples.Batch(batch));

    private static ModelException NoTexts(Model model) => WrongKind(
        model, "does not classify texts; BertForSequenceClassification, RobertaForSequenceClassification, BertModel, RobertaModel and CLIPModel do.");
}
