namespace TaskVectors.Checkpoints.Lora;

/// <summary>The ways in which a LoRA adapter can be wrong, or wrong for a base.</summary>
public enum LoraError
{
    /// <summary>The folder holds weights of an adapter and no <c>adapter_config.json</c>.</summary>
    MissingConfig,

    /// <summary>The configuration is not JSON, or a field has a value outside its range.</summary>
    InvalidConfig,

    /// <summary>The adapter is of another kind than LoRA.</summary>
    UnsupportedType,

    /// <summary>The configuration asks for a variant of LoRA whose merged weights this reader would get wrong.</summary>
    UnsupportedFeature,

    /// <summary>The file is a LoRA in another layout than PEFT's.</summary>
    UnsupportedLayout,

    /// <summary>The folder holds a configuration and no weights.</summary>
    MissingWeights,

    /// <summary>The weights are stored as a Python pickle.</summary>
    UnsupportedWeights,

    /// <summary>The folder holds an adapter and a model.</summary>
    AmbiguousFolder,

    /// <summary>The weights hold no tensor.</summary>
    NoTensors,

    /// <summary>A tensor belongs to nothing the configuration speaks of.</summary>
    UnknownTensor,

    /// <summary>One of a pair of factors is missing.</summary>
    MissingFactor,

    /// <summary>The configuration says DoRA and a module has no magnitudes.</summary>
    MissingMagnitude,

    /// <summary>The ranks of a pair of factors, or of the factors and the configuration, differ.</summary>
    RankMismatch,

    /// <summary>A tensor has a shape that does not fit its role or the base's tensor.</summary>
    ShapeMismatch,

    /// <summary>A tensor is not floating-point.</summary>
    UnsupportedDataType,

    /// <summary>A factor has a value that is NaN or infinite.</summary>
    NotFinite,

    /// <summary>A dense tensor would exceed the largest size.</summary>
    TooLarge,

    /// <summary>Factors belong to a module that the configuration leaves out.</summary>
    TargetMismatch,

    /// <summary>The base lacks tensors that the adapter changes.</summary>
    TargetNotFound,

    /// <summary>The adapter's names fit the base in more than one way.</summary>
    AmbiguousTarget,

    /// <summary>Two tensors of the adapter change the same tensor.</summary>
    ChangedTwice,

    /// <summary>The values are differences to a base, and no base is given.</summary>
    NeedsBase,

    /// <summary>The adapter is bound to something that is no checkpoint.</summary>
    BaseIsVector,

    /// <summary>A tensor cannot be written as part of an adapter.</summary>
    UnwritableTensor,
}
