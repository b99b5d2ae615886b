namespace TaskVectors.Decomposition;

/// <summary>Which dimension of a weight is that of the outputs, d_out.</summary>
public enum OutputAxis
{
    /// <summary>The first, as PyTorch stores linear layers and convolutions: W is [out, rest].</summary>
    First,

    /// <summary>The last, as TensorFlow (HWIO) and GPT-2's Conv1D store them: W is the transpose of [rest, out].</summary>
    Last,
}
