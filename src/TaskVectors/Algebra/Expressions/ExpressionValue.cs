namespace TaskVectors.Algebra.Expressions;

/// <summary>What a part of an expression stands for while it is evaluated.</summary>
internal abstract record ExpressionValue
{
    /// <summary>A plain number.</summary>
    public sealed record Number(double Value) : ExpressionValue;

    /// <summary>
    /// A linear combination of checkpoints and task vectors. The weight is the sum of the coefficients of its checkpoints: 0 for a
    /// vector, 1 for a point; <see langword="null"/> where the coefficients differ between tensors.
    /// </summary>
    public sealed record Form(AffineForm Affine, double? Weight) : ExpressionValue
    {
        private const double Tolerance = 1e-12;

        public bool IsVector => Weight is { } weight && Math.Abs(weight) <= Tolerance;

        public bool IsPoint => Weight is { } weight && Math.Abs(weight - 1) <= Tolerance;
    }
}
