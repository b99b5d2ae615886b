using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Training;

/// <summary>The mean cross-entropy of a head that stays as it is, on the vectors of an encoder that is trained.</summary>
internal sealed class FrozenHeadLoss : IDisposable
{
    private readonly int _width;
    private readonly int _classes;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    public FrozenHeadLoss(ComputeContext context, FrozenHead head)
    {
        if (head.IsCosine)
        {
            throw new TrainingException("training.head", "The head's scores are cosines, which lie too close together to train on. Scale them, as PromptHead does.");
        }

        (_width, _classes) = (head.Width, head.Classes);
        _weight = Hold(context, head.Weight, head.Classes, head.Width);
        _bias = Hold(context, head.Bias, head.Classes);
    }

    /// <summary>[batch, width]: what heads take.</summary>
    /// <exception cref="TrainingException">The model is no encoder.</exception>
    public static Tensor Vectors(Model model, ModelInputs inputs) => model switch
    {
        BertModel bert => bert.EmbedSentences(inputs),
        VitModel vit => vit.EncodeImages(inputs.RequirePixels()),
        ClipModel clip => inputs.PixelValues is { } pixels ? clip.EmbedImages(pixels) : clip.EmbedTexts(inputs),
        _ => throw new TrainingException("training.head", $"{model.Architecture} gives no vectors for a head. BERT, RoBERTa, ViT and CLIP models do."),
    };

    public Tensor Of(Model model, ModelInputs inputs)
    {
        IndexTensor labels = inputs.Labels ?? throw new TrainingException("training.no-labels", "The examples have no labels. A head is trained on those that have.");
        Tensor vectors = Vectors(model, inputs);
        if (vectors.Size(-1) != _width)
        {
            throw new TrainingException("training.head", $"The head takes vectors of {_width} numbers, and {model.Architecture} gives {vectors.Size(-1)}. Use the head that was made for this model.");
        }

        foreach (int label in labels.Values)
        {
            if ((uint)label >= (uint)_classes)
            {
                throw new TrainingException("training.label", $"The label {label} is out of range: the head has {_classes} classes, numbered from 0.");
            }
        }

        return vectors.Linear(_weight, _bias).CrossEntropy(labels);
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }

    private static Tensor Hold(ComputeContext context, float[] values, params ReadOnlySpan<long> dimensions)
    {
        Tensor tensor = context.AllocateUntracked(new Tensors.TensorShape(dimensions));
        values.CopyTo(tensor.Values);
        return tensor;
    }
}
