namespace TaskVectors.Checkpoints.Lora;

/// <summary>How the factors of a module lie in its weight.</summary>
public enum LoraLayerKind
{
    /// <summary>A weight of [out, in]: the change is s B A.</summary>
    Linear,

    /// <summary>A weight of [in, out], as in GPT-2: the change is s (B A)^T.</summary>
    TransposedLinear,

    /// <summary>A table of [vocabulary, dimension], with A of [r, vocabulary] and B of [dimension, r]: the change is s (B A)^T.</summary>
    Embedding,

    /// <summary>
    /// Kernels of [out, in, ...], with A of [r, in, ...] and B of [out, r, 1, ...]: the change is s B A over [out, rest].
    /// </summary>
    Convolution,
}
