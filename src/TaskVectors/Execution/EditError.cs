namespace TaskVectors.Execution;

/// <summary>The ways an edit can fail.</summary>
public enum EditError
{
    /// <summary>A model lacks tensors that the base has.</summary>
    MissingTensors,

    /// <summary>A model has tensors that the base lacks.</summary>
    ExtraTensors,

    /// <summary>Tensors of the same name have different shapes.</summary>
    ShapeMismatch,

    /// <summary>Tensors of the same name have different dtypes and no output dtype was asked for.</summary>
    DTypeMismatch,

    /// <summary>The edit would change integer, boolean or packed tensors, which are never averaged.</summary>
    IntegerTensorChanged,

    /// <summary>Tensors that share storage in the base have different values in another model.</summary>
    TiedTensorsDiffer,

    /// <summary>A stored task vector was made from another base.</summary>
    BaseMismatch,

    /// <summary>A tensor pattern matches no tensor.</summary>
    UnmatchedPattern,

    /// <summary>The output exists.</summary>
    OutputExists,

    /// <summary>The output lies inside an input, or an input inside the output.</summary>
    OutputInsideInput,

    /// <summary>The disk has too little free space for the output.</summary>
    NotEnoughSpace,

    /// <summary>The memory budget is too small for a matrix that must be held whole.</summary>
    NotEnoughMemory,

    /// <summary>An option has a value outside its range.</summary>
    InvalidOption,

    /// <summary>There is no interrupted edit to resume.</summary>
    NothingToResume,

    /// <summary>The interrupted edit is not the one that was asked to be resumed.</summary>
    ResumeMismatch,

    /// <summary>Another process is writing the same output.</summary>
    InUse,

    /// <summary>A weight is NaN.</summary>
    NaN,

    /// <summary>An input is not the one it was when the edit was planned or recorded.</summary>
    InputChanged,

    /// <summary>A manifest is malformed.</summary>
    InvalidManifest,

    /// <summary>The output does not match its manifest.</summary>
    Unverified,

    /// <summary>A file that should hold statistics of a model holds none, or those of another model or kind.</summary>
    StatisticsMismatch,
}
