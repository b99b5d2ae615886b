namespace TaskVectors.Merging.Spectral;

/// <summary>Upper estimates of what dense decompositions in F64 take, in bytes.</summary>
internal static class SpectralMemory
{
    /// <summary>A matrix.</summary>
    public static long Matrix(long rows, long columns) => checked(rows * columns * sizeof(double));

    /// <summary>
    /// The matrix itself and the copies that the solvers overwrite and turn, both factors whole and truncated, and the work space: divide and conquer
    /// takes 4 to 5 squares of the smaller side.
    /// </summary>
    public static long Svd(long rows, long columns)
    {
        long smaller = Math.Min(rows, columns);
        return (3 * Matrix(rows, columns)) + (2 * Matrix(rows + columns, smaller)) + (6 * Matrix(smaller, smaller));
    }

    /// <summary>The polar factor of a matrix: the matrix, three iterates, and Gram matrices; the exact decomposition where it falls back.</summary>
    public static long Polar(long rows, long columns) => Svd(rows, columns);

    /// <summary>Two bases of a number of vectors made orthogonal, and their product: the bases joined and turned, their polar factors, and the result.</summary>
    public static long Whitening(long rows, long columns, long joined) =>
        (2 * Matrix(rows + columns, joined)) + Polar(rows, joined) + Polar(joined, columns) + Matrix(rows, columns);
}
