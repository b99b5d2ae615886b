namespace TaskVectors.Decomposition;

/// <summary>What becomes of a tensor.</summary>
public enum TensorTreatment
{
    /// <summary>Its matrix is decomposed.</summary>
    Decompose,

    /// <summary>It is unique.</summary>
    Unique,

    /// <summary>The mean over the tasks is shared, the rest unique.</summary>
    Mean,

    /// <summary>It is in neither part.</summary>
    Leave,
}
