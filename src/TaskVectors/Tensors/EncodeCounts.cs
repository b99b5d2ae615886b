namespace TaskVectors.Tensors;

/// <summary>What happened while values were written in a smaller element type.</summary>
/// <param name="Saturated">
/// The number of finite values too large for the type. What they became depends on the type; see the table at <see cref="TensorConverter"/>.
/// Infinities and NaNs that were there before are not counted.
/// </param>
public readonly record struct EncodeCounts(long Saturated)
{
    /// <summary>The counts of two runs of elements together.</summary>
    public static EncodeCounts operator +(EncodeCounts left, EncodeCounts right) => Add(left, right);

    /// <summary>The counts of two runs of elements together.</summary>
    public static EncodeCounts Add(EncodeCounts left, EncodeCounts right) => new(left.Saturated + right.Saturated);
}
