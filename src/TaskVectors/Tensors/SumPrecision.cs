namespace TaskVectors.Tensors;

/// <summary>The precision to which a sum is kept before it is rounded to the dtype written.</summary>
public enum SumPrecision
{
    /// <summary>The 53 bits of F64.</summary>
    Double,

    /// <summary>
    /// The 24 bits of F32, to nearest even. A decimal coefficient such as 0.3 is off in its 17th digit; a sum that is a tie on paper becomes one
    /// again, and goes to even.
    /// </summary>
    Single,
}
