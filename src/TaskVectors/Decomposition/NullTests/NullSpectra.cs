namespace TaskVectors.Decomposition.NullTests;

/// <summary>The spectra of random subspaces: what chance alone gives.</summary>
/// <param name="Draws">The eigenvalues of each draw, descending, down to the level at least.</param>
/// <param name="Level">Eigenvalues not listed are no larger than this, and count as this.</param>
internal sealed record NullSpectra(IReadOnlyList<IReadOnlyList<double>> Draws, double Level = 0)
{
    private const double KeptPercentile = 0.99;

    /// <summary>What did not converge and was computed in another way.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>The mean number of eigenvalues above a cut, which must not lie below the level.</summary>
    public double ChanceDimension(double cut) => Draws.Average(values => (double)values.Count(value => value > cut));

    /// <summary>The 99th percentile of the eigenvalue of an index, interpolated between draws.</summary>
    public double Percentile(int index)
    {
        double[] sorted = [.. Draws.Select(values => At(values, index)).Order()];
        double position = KeptPercentile * (sorted.Length - 1);
        int below = (int)position;
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((position - below) * (above - sorted[below]));
    }

    /// <summary>(1 + the number of draws whose eigenvalue of the index is as large) / (1 + draws): Phipson and Smyth 2010.</summary>
    public double PValue(int index, double value) =>
        (1.0 + Draws.Count(values => At(values, index) >= value)) / (1.0 + Draws.Count);

    private double At(IReadOnlyList<double> values, int index) => index < values.Count ? values[index] : Level;
}
