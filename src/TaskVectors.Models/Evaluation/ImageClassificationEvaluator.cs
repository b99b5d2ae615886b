using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures a classifier of images: by its own head, by a frozen head, or zero-shot by the cosine with class prompts (Radford et al., "Learning
/// Transferable Visual Models From Natural Language Supervision", 2021, section 3.1).
/// </summary>
public sealed class ImageClassificationEvaluator : ClassificationEvaluator
{
    private readonly ImageExamples _examples;

    /// <summary>Measures with a frozen head, or with the model's own.</summary>
    /// <param name="examples">The pictures.</param>
    /// <param name="head">The frozen head; the model's own where absent.</param>
    /// <param name="options">How the model is run.</param>
    public ImageClassificationEvaluator(ImageExamples examples, FrozenHead? head = null, EvaluatorOptions? options = null)
        : base(_ => head, options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        _examples = examples;
    }

    /// <summary>Measures zero-shot: the model that is measured also encodes the prompts.</summary>
    /// <param name="examples">The pictures; labels number the classes of the prompts.</param>
    /// <param name="prompts">What is said of each class.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">How the model is run.</param>
    public ImageClassificationEvaluator(ImageExamples examples, PromptSet prompts, Tokenizer tokenizer, EvaluatorOptions? options = null)
        : base(model => prompts.Encode(model, tokenizer), options)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(prompts);
        _examples = examples;
    }

    /// <inheritdoc/>
    public override string Name => "image-classification";

    private protected override IReadOnlyList<int> Labels => _examples.Labels;

    private protected override int[] Order() => [.. Enumerable.Range(0, _examples.Count)];

    private protected override Tensor Scores(Model model, ReadOnlySpan<int> batch) => model switch
    {
        VitModel vit => vit.Run(new ModelInputs { PixelValues = Pixels(model, batch) }).Logits ?? throw WrongKind(model, "has no head; give a frozen one."),
        ClipModel => throw WrongKind(model, "has no head; give prompts or a frozen head."),
        _ => throw NoImages(model),
    };

    private protected override Tensor Vectors(Model model, ReadOnlySpan<int> batch) => model switch
    {
        VitModel vit => vit.EncodeImages(Pixels(model, batch)),
        ClipModel clip => clip.EmbedImages(Pixels(model, batch)),
        _ => throw NoImages(model),
    };

    private static ModelException NoImages(Model model) => WrongKind(model, "does not classify images; ViTForImageClassification, ViTModel and CLIPModel do.");

    private Tensor Pixels(Model model, ReadOnlySpan<int> batch)
    {
        int size = _examples.Channels * _examples.Size.Height * _examples.Size.Width;
        Tensor pixels = model.Context.Zeros(batch.Length, _examples.Channels, _examples.Size.Height, _examples.Size.Width);
        for (int row = 0; row < batch.Length; row++)
        {
            _examples.ValuesOf(batch[row]).CopyTo(pixels.Values[(row * size)..]);
        }

        return pixels;
    }
}
