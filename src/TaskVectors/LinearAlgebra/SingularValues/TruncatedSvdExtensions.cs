using System.Numerics;

namespace TaskVectors.LinearAlgebra.SingularValues;

/// <summary>The leading part of a singular value decomposition.</summary>
public static class TruncatedSvdExtensions
{
    /// <summary>Random directions beyond the rank, when nothing else is asked for.</summary>
    private const int LeastOversampling = 10;

    /// <summary>Auto is randomised when the sketch is narrower than the smaller side by this factor.</summary>
    private const int ExactFactor = 3;

    /// <summary>
    /// The <paramref name="rank"/> leading singular triplets. The randomised method is subspace iteration from a random start (Halko,
    /// Martinsson and Tropp, "Finding Structure with Randomness", SIAM Review 53(2), 2011, algorithm 4.4), repeated until the measured
    /// backward error is within the tolerance; where <see cref="TruncatedSvdOptions.MaxPasses"/> are not enough, or plainly will not
    /// be, the exact method answers. The check proves that what is returned are singular triplets; that they are the leading ones
    /// holds with the overwhelming probability of a random start.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">m x n.</param>
    /// <param name="rank">How many triplets, 0 or more; all of them where it exceeds min(m, n).</param>
    /// <param name="options">Settings; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="NonFiniteMatrixException">The matrix holds a NaN or an infinity.</exception>
    /// <exception cref="ConvergenceException">The exact method gave up.</exception>
    public static TruncatedSvd<T> TruncatedSvd<T>(
        this ILinearAlgebraProvider provider,
        ReadOnlyMatrixSpan<T> matrix,
        int rank,
        TruncatedSvdOptions? options = null,
        CancellationToken cancellationToken = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        options ??= new TruncatedSvdOptions();
        options.Validate();
        MatrixChecks.RequireFinite(matrix);
        double norm = MatrixNorms.Frobenius(matrix);
        int passes = 0;
        long sketch = rank + (long)(options.Oversampling ?? Math.Max(LeastOversampling, rank / 2));
        if (IsRandomized(matrix, rank, sketch, options.Method))
        {
            RandomizedSvd<T> iteration = new(provider, (int)sketch, rank, norm, options);
            if (iteration.TryRun(matrix, cancellationToken) is { } found)
            {
                return found;
            }

            passes = iteration.Passes;
        }

        ThinSvd<T> factors = rank == 0 ? Nothing(matrix) : provider.ThinSvd(matrix, cancellationToken).Truncate(rank);
        return new TruncatedSvd<T>(factors, 0, TruncationError(norm, factors), TruncatedSvdMethod.Exact, passes);
    }

    /// <summary>(||A||_F^2 - sum s_i^2)^(1/2), without squaring anything that could overflow.</summary>
    internal static double TruncationError<T>(double norm, ThinSvd<T> factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double kept = 0;
        foreach (T value in factors.SingularValues.Span)
        {
            double share = norm == 0 ? 0 : double.CreateTruncating(value) / norm;
            kept += share * share;
        }

        return norm * Math.Sqrt(Math.Max(0, 1 - kept));
    }

    private static bool IsRandomized<T>(ReadOnlyMatrixSpan<T> matrix, int rank, long sketch, TruncatedSvdMethod method)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int smaller = Math.Min(matrix.Rows, matrix.Columns);
        bool pays = method == TruncatedSvdMethod.Randomized || (method == TruncatedSvdMethod.Auto && sketch * ExactFactor < smaller);
        return pays && rank > 0 && sketch < smaller && HasSafeRange(matrix);
    }

    /// <summary>Whether products of elements stay clear of overflow and of subnormal numbers.</summary>
    private static bool HasSafeRange<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double largest = MatrixNorms.LargestMagnitude(matrix);
        double limit = Math.Sqrt(typeof(T) == typeof(float) ? float.MaxValue : double.MaxValue);
        return largest == 0 || (largest < limit && largest > 1 / limit);
    }

    private static ThinSvd<T> Nothing<T>(ReadOnlyMatrixSpan<T> matrix)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(Matrix.Zero<T>(matrix.Rows, 0), ReadOnlyMemory<T>.Empty, Matrix.Zero<T>(0, matrix.Columns));
}
