namespace TaskVectors.Execution;

/// <summary>What to do with weights that are NaN.</summary>
public enum NaNPolicy
{
    /// <summary>Stop and name the tensor and the model it came from.</summary>
    Error,

    /// <summary>Write NaN and count it in the manifest.</summary>
    Keep,
}
