namespace TaskVectors.Merging;

/// <summary>The ways in which a merge can be asked for wrongly.</summary>
public enum MergeError
{
    /// <summary>No method has that name.</summary>
    UnknownMethod,

    /// <summary>The method has no such parameter.</summary>
    UnknownParameter,

    /// <summary>A value cannot be read, or lies outside its range.</summary>
    InvalidValue,

    /// <summary>A parameter without a default was not given.</summary>
    MissingParameter,

    /// <summary>A parameter was given twice.</summary>
    RepeatedParameter,

    /// <summary>A parameter that holds for the whole merge was given for one model.</summary>
    NotPerModel,

    /// <summary>A parameter that holds for all tensors was given several values.</summary>
    NotPerTensor,

    /// <summary>The method merges task vectors and checkpoints were given, or the other way round; or the base is missing.</summary>
    WrongOperands,

    /// <summary>The method takes another number of task vectors.</summary>
    WrongVectorCount,

    /// <summary>The method needs statistics of every model and others are given, or none; or it needs none and some are given.</summary>
    WrongStatistics,
}
