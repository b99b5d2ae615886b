namespace TaskVectors.Checkpoints.Masks;

/// <summary>The ways in which a mask can be wrong, or not fit the models it is of.</summary>
public enum MaskError
{
    /// <summary>The file lacks what every mask has, or holds tensors that are no masks.</summary>
    InvalidFile,

    /// <summary>The merged model is not where the mask says.</summary>
    MissingModel,

    /// <summary>The merged model is another than the mask was made of.</summary>
    ModelChanged,

    /// <summary>A mask and a tensor have different numbers of elements.</summary>
    ShapeMismatch,

    /// <summary>The values are differences to a base and were asked for without it.</summary>
    NeedsBase,
}
