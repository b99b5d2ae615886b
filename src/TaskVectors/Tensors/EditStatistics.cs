namespace TaskVectors.Tensors;

/// <summary>
/// How large an edit is and how much of it the rounding of the output took. ||written - exact|| / ||exact - reference|| is the edit's
/// relative loss; for a tensor, add the statistics of its tiles in order and take the square roots at the end.
/// </summary>
/// <param name="RoundingSquared">The sum of (written - exact)^2 over the elements where that difference is finite.</param>
/// <param name="EditSquared">The sum of (exact - reference)^2 over the elements where that difference is finite.</param>
/// <param name="NaNCount">The number of exact values that are NaN.</param>
/// <seealso cref="TensorStatistics"/>
public readonly record struct EditStatistics(double RoundingSquared, double EditSquared, long NaNCount)
{
    /// <summary>The statistics of two runs of elements together. Addition rounds, so add tiles in a fixed order.</summary>
    public static EditStatistics operator +(EditStatistics left, EditStatistics right) => Add(left, right);

    /// <summary>The statistics of two runs of elements together. Addition rounds, so add tiles in a fixed order.</summary>
    public static EditStatistics Add(EditStatistics left, EditStatistics right) =>
        new(left.RoundingSquared + right.RoundingSquared, left.EditSquared + right.EditSquared, left.NaNCount + right.NaNCount);
}
