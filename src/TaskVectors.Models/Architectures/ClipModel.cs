using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>CLIP (Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021): texts and images in one space.</summary>
/// <remarks>
/// Inputs: <c>input_ids</c> and <c>attention_mask</c>, <c>pixel_values</c>, or both. Outputs: <c>text_embeds</c> and <c>image_embeds</c> of length 1,
/// and for both <c>logits_per_text</c>, <c>logits_per_image</c> and, for as many texts as images, the contrastive <c>loss</c>; under <c>text/</c> and
/// <c>vision/</c> the states that they come from.
/// </remarks>
public sealed class ClipModel : Model
{
    private readonly ClipTextEncoder _text;
    private readonly ClipVisionEncoder _vision;
    private readonly Tensor _textProjection;
    private readonly Tensor _visualProjection;
    private readonly Tensor _logitScale;

    internal ClipModel(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        ModelConfig text = config.Section("text_config") ?? throw config.Error("The configuration has no 'text_config'.");
        ModelConfig vision = config.Section("vision_config") ?? throw config.Error("The configuration has no 'vision_config'.");
        int width = config.Size("projection_dim", 512);
        _text = new ClipTextEncoder(weights, text, "text_model.");
        _vision = new ClipVisionEncoder(weights, vision, "vision_model.");
        _textProjection = weights.Take("text_projection.weight", width, _text.Width);
        _visualProjection = weights.Take("visual_projection.weight", width, _vision.Width);
        _logitScale = weights.Take("logit_scale");
    }

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ModelOutputs outputs = new();
        ModelOutputs? states = inputs.WantsHiddenStates ? outputs : null;
        Tensor? texts = inputs.InputIds is null && inputs.PixelValues is not null ? null : RunText(inputs, outputs, states);
        Tensor? images = inputs.PixelValues is null ? null : RunImages(inputs, outputs, states);
        if (texts is null || images is null)
        {
            return outputs;
        }

        Tensor scale = _logitScale.Activate(Activation.Exp);
        Tensor perText = outputs.Add("logits_per_text", texts.Linear(images).Multiply(scale));
        Tensor perImage = outputs.Add("logits_per_image", perText.Permute(1, 0));
        if (texts.Size(0) == images.Size(0))
        {
            IndexTensor own = new([.. Enumerable.Range(0, texts.Size(0))], texts.Size(0));
            _ = outputs.Add("loss", perText.CrossEntropy(own).Add(perImage.CrossEntropy(own)).Scale(0.5f));
        }

        return outputs;
    }

    /// <summary>Embeddings of images, of length 1.</summary>
    /// <param name="pixels">[batch, channels, size, size].</param>
    /// <returns>[batch, projection].</returns>
    public Tensor EmbedImages(Tensor pixels) => _vision.Encode(pixels, "vision/", null, RunBlock).Pooled.Linear(_visualProjection).NormalizeLast();

    /// <summary>Embeddings of texts, of length 1.</summary>
    /// <param name="inputs">Token ids and mask.</param>
    /// <returns>[batch, projection].</returns>
    public Tensor EmbedTexts(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return _text.Encode(inputs, "text/", null, RunBlock).Pooled.Linear(_textProjection).NormalizeLast();
    }

    private Tensor RunText(ModelInputs inputs, ModelOutputs outputs, ModelOutputs? states)
    {
        (Tensor last, Tensor pooled) = _text.Encode(inputs, "text/", states, RunBlock);
        _ = outputs.Add("text/last_hidden_state", last);
        _ = outputs.Add("text/pooler_output", pooled);
        Tensor projected = outputs.Add("text/projected", pooled.Linear(_textProjection));
        return outputs.Add("text_embeds", projected.NormalizeLast());
    }

    private Tensor RunImages(ModelInputs inputs, ModelOutputs outputs, ModelOutputs? states)
    {
        (Tensor last, Tensor pooled) = _vision.Encode(inputs.RequirePixels(), "vision/", states, RunBlock);
        _ = outputs.Add("vision/last_hidden_state", last);
        _ = outputs.Add("vision/pooler_output", pooled);
        Tensor projected = outputs.Add("vision/projected", pooled.Linear(_visualProjection));
        return outputs.Add("image_embeds", projected.NormalizeLast());
    }
}
