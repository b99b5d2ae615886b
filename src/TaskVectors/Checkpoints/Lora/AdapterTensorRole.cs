namespace TaskVectors.Checkpoints.Lora;

/// <summary>What a tensor of an adapter's file is.</summary>
internal enum AdapterTensorRole
{
    /// <summary>The factor A of a linear or convolutional module.</summary>
    A,

    /// <summary>The factor B of a linear or convolutional module.</summary>
    B,

    /// <summary>The bias of B.</summary>
    BiasOfB,

    /// <summary>The factor A of an embedding, [r, vocabulary].</summary>
    EmbeddingA,

    /// <summary>The factor B of an embedding, [dimension, r].</summary>
    EmbeddingB,

    /// <summary>The magnitudes of DoRA.</summary>
    Magnitude,

    /// <summary>A tensor of the base's module that is adapted: its trained bias, or a copy of its weight.</summary>
    BaseLayer,

    /// <summary>A full copy of a trained tensor.</summary>
    Saved,

    /// <summary>A full copy of a trained tensor under the name it has within PEFT's wrapper.</summary>
    SavedInWrapper,

    /// <summary>The untrained original beside a full copy: no change.</summary>
    Original,
}
