namespace TaskVectors.Tensors;

/// <summary>
/// A run of elements of several tensors of one dtype, and the coefficients of their sum. Input t's bytes begin at t times the stride.
/// </summary>
public readonly ref struct LinearBlock
{
    /// <summary>The bytes of all inputs, little-endian.</summary>
    public required ReadOnlySpan<byte> Inputs { get; init; }

    /// <summary>The distance in bytes from one input to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>The coefficient of each input; an input with coefficient 0 takes no part in the sum. At least one is not 0, unless there is an addend.</summary>
    public required ReadOnlySpan<double> Coefficients { get; init; }

    /// <summary>The index of the input that the size of the edit is measured against, or -1 for zeros.</summary>
    public required int Reference { get; init; }

    /// <summary>Numbers that are added last, one an element; empty for none.</summary>
    public ReadOnlySpan<double> Addend { get; init; }

    /// <summary>Numbers that are added last, where they are in F32 and there is no <see cref="Addend"/>; empty for none.</summary>
    internal ReadOnlySpan<float> SingleAddend { get; init; }

    /// <summary>The share of a number of <see cref="SingleAddend"/>, times its coefficient, below which a sum is too small for the rounding of F32; 0 for any.</summary>
    internal double SmallestShare { get; init; }

    /// <summary>The coefficient of the numbers that are added last.</summary>
    public double AddendCoefficient { get; init; }

    /// <summary>The number of elements.</summary>
    public required int Count { get; init; }

    /// <summary>The precision to which the sum is kept before it is rounded.</summary>
    public required SumPrecision Precision { get; init; }
}
