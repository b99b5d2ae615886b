namespace TaskVectors.Merging.Interference;

/// <summary>What becomes of tensors that a method for matrices leaves out.</summary>
internal enum OtherTensors
{
    /// <summary>They keep the values of the base.</summary>
    Base,

    /// <summary>They get the mean of the task vectors.</summary>
    Mean,
}
