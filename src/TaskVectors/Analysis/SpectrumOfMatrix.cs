using TaskVectors.LinearAlgebra;

namespace TaskVectors.Analysis;

/// <summary>Numbers that describe the singular values of a matrix. All are scale-free but the values and the norm themselves.</summary>
/// <param name="SingularValues">s_1 >= s_2 >= ... of the matrix, min(m, n) of them.</param>
public sealed record SpectrumOfMatrix(IReadOnlyList<double> SingularValues)
{
    private const double RoundingShare = 1e-6;

    /// <summary>||W||_F = (sum s_i^2)^(1/2).</summary>
    public double Norm => ErrorOfRank(0);

    /// <summary>
    /// The effective rank exp(-sum p_i ln p_i) with p_i = s_i / sum s: between 1 and min(m, n), 0 for a zero matrix. Source: Roy and Vetterli, "The Effective
    /// Rank: A Measure of Effective Dimensionality", EUSIPCO 2007.
    /// </summary>
    public double EffectiveRank
    {
        get
        {
            double sum = SingularValues.Sum();
            return sum > 0 ? Math.Exp(-SingularValues.Where(value => value > 0).Sum(value => value / sum * Math.Log(value / sum))) : 0;
        }
    }

    /// <summary>
    /// The stable rank ||W||_F^2 / ||W||_2^2: between 1 and the rank, 0 for a zero matrix. Source: Rudelson and Vershynin, "Sampling from Large Matrices", JACM 54(4), 2007.
    /// </summary>
    public double StableRank => SingularValues.Count > 0 && SingularValues[0] > 0 ? SingularValues.Sum(value => value / SingularValues[0] * (value / SingularValues[0])) : 0;

    /// <summary>
    /// How many singular values are more than rounding to F32, in which weights and parts are stored: above 1e-6 of the largest. That is the rank of an
    /// adapter's factors, the number of directions of a shared part, and min(m, n) for most dense task vectors.
    /// </summary>
    public int NumericalRank => SingularValues.Count > 0 ? SingularValues.Count(value => value > RoundingShare * SingularValues[0]) : 0;

    /// <summary>The energy curve: entry r is the share of ||W||_F^2 in the r leading triplets, r = 0 ... min(m, n); all 1 for a zero matrix.</summary>
    public IReadOnlyList<double> EnergyCurve => [.. Enumerable.Range(0, SingularValues.Count + 1).Select(EnergyOfRank)];

    /// <summary>Computes the singular values of a matrix exactly, in F64.</summary>
    /// <param name="matrix">m x n.</param>
    /// <param name="provider">The linear algebra.</param>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    public static SpectrumOfMatrix Of(ReadOnlyMatrixSpan<double> matrix, ILinearAlgebraProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new SpectrumOfMatrix(provider.ThinSvd(matrix).SingularValues.ToArray());
    }

    /// <summary>||W - W_r||_F of the best approximation of rank r: (sum over j > r of s_j^2)^(1/2).</summary>
    /// <param name="rank">r, 0 to min(m, n).</param>
    public double ErrorOfRank(int rank)
    {
        // From the small end, scaled by the largest that is left, so that nothing is lost or overflows.
        double largest = rank < SingularValues.Count ? SingularValues[rank] : 0;
        double sum = 0;
        for (int index = SingularValues.Count - 1; index >= rank && largest > 0; index--)
        {
            double share = SingularValues[index] / largest;
            sum += share * share;
        }

        return largest * Math.Sqrt(sum);
    }

    /// <summary>||W - W_r||_2 of the best approximation of rank r: s_(r+1), 0 for r = min(m, n).</summary>
    /// <param name="rank">r, 0 to min(m, n).</param>
    public double SpectralErrorOfRank(int rank) => rank < SingularValues.Count ? SingularValues[rank] : 0;

    /// <summary>The share of ||W||_F^2 in the r leading triplets.</summary>
    /// <param name="rank">r, 0 to min(m, n).</param>
    public double EnergyOfRank(int rank)
    {
        double norm = Norm;
        double error = norm > 0 ? ErrorOfRank(rank) / norm : 0;
        return 1 - (error * error);
    }

    /// <summary>The smallest r whose leading triplets hold a share of ||W||_F^2.</summary>
    /// <param name="energy">The share, in [0, 1].</param>
    public int RankForEnergy(double energy)
    {
        int rank = 0;
        while (rank < SingularValues.Count && EnergyOfRank(rank) < energy)
        {
            rank++;
        }

        return rank;
    }
}
