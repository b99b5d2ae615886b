namespace TaskVectors.Merging.Spectral;

/// <summary>Upper estimates of what dense decompositions in F64 take, in bytes.</summary>
internal static class SpectralMemory
{
    /// <summary>A matrix.</summary>
    public static long Matrix(long rows, long columns) => checked(rows * columns * sizeof(double));

    /// <summary>
    /// The matrix itself, the copies that the solver overwrites and turns, both factors twice, and the work space of divide and conquer, of the order
    /// of the square of the smaller side.
    /// </summary>
    public static long Svd(long rows, long columns)
    {
        long smaller = Math.Min(rows, columns);
        return (4 * Matrix(rows, columns)) + (3 * Matrix(rows + columns, smaller)) + (10 * Matrix(smaller, smaller));
    }

    /// <summary>The polar factor of a matrix: the matrix, three iterates, and Gram matrices; the exact decomposition where it falls back.</summary>
    public static long Polar(long rows, long columns) => Svd(rows, columns);
}
