using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Architectures;

/// <summary>The text half of CLIP alone, as Stable Diffusion uses it. Tensor names with and without <c>text_model.</c> are known.</summary>
/// <remarks>Inputs: <c>input_ids</c>, <c>attention_mask</c>. Outputs: <c>last_hidden_state</c> after the last norm, <c>pooler_output</c>.</remarks>
public sealed class ClipTextModel : Model
{
    private readonly ClipTextEncoder _encoder;

    internal ClipTextModel(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture) => _encoder = new ClipTextEncoder(weights, config.Section("text_config") ?? config, weights.Prefix("text_model."));

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ModelOutputs outputs = new();
        (Tensor states, Tensor pooled) = _encoder.Encode(inputs, string.Empty, inputs.WantsHiddenStates ? outputs : null, RunBlock);
        _ = outputs.Add("last_hidden_state", states);
        _ = outputs.Add("pooler_output", pooled);
        return outputs;
    }
}
