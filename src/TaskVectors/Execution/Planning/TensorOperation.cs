namespace TaskVectors.Execution.Planning;

/// <summary>How the values of an output tensor come about.</summary>
public enum TensorOperation
{
    /// <summary>The bytes of one input, as they are.</summary>
    Copy,

    /// <summary>The sum of inputs times coefficients, accumulated in F64 and rounded once.</summary>
    Linear,
}
