using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Subspaces;

/// <summary>
/// Computes spectra from orthonormal bases U_1 ... U_k (d x r_i, F64). No d x d projector is formed: with C_ij = U_i^T U_j,
/// P_1 ... P_k = U_1 (C_12 ... C_(k-1)k) U_k^T, so that sweep and product are problems of order r_1, and the mean is one of order
/// min(d, sum r_i).
/// </summary>
internal static class SharedSpectra
{
    // From this order on F32 costs half of F64, and rounds a ten thousandth of what chance varies.
    private const int LargeOrder = 512;

    /// <param name="mode">The reading.</param>
    /// <param name="bases">U_1 ... U_k.</param>
    /// <param name="provider">The linear algebra.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <param name="precision">
    /// How exactly: <see cref="SpectralPrecision.Fast"/> finds the eigenvectors of a mean of large order in F32, from bases that are no better.
    /// </param>
    public static SharedSpectrum Compute(
        DecompositionMode mode,
        IReadOnlyList<Matrix<double>> bases,
        ILinearAlgebraProvider provider,
        CancellationToken cancellationToken,
        SpectralPrecision precision = SpectralPrecision.Exact)
    {
        return mode switch
        {
            DecompositionMode.Sweep => SweepSpectrum.Compute(bases, provider, cancellationToken),
            DecompositionMode.Product => ProductSpectrum.Compute(bases, provider, cancellationToken),
            _ when precision == SpectralPrecision.Fast && IsLarge(bases[0].Rows, [.. bases.Select(basis => basis.Columns)]) =>
                MeanSpectrum<float>.Compute(bases, provider, cancellationToken),
            _ => MeanSpectrum<double>.Compute(bases, provider, cancellationToken),
        };
    }

    /// <summary>Whether the mean of projections of these ranks is a problem of large order.</summary>
    public static bool IsLarge(int dimension, IReadOnlyList<int> ranks) => Math.Min(dimension, ranks.Sum()) >= LargeOrder;

    /// <summary>C_12 C_23 ... C_(k-1)k, r_1 x r_k.</summary>
    public static Matrix<double> Chain(
        IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        Matrix<double> chain = provider.Multiply(bases[0].Transpose(), bases[1].View, cancellationToken);
        for (int task = 2; task < bases.Count; task++)
        {
            Matrix<double> link = provider.Multiply(bases[task - 1].Transpose(), bases[task].View, cancellationToken);
            chain = provider.Multiply(chain.View, link.View, cancellationToken);
        }

        return chain;
    }

    /// <summary>The bases side by side, d x sum r_i.</summary>
    public static Matrix<T> Stack<T>(IReadOnlyList<Matrix<T>> bases)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Stack<T, T>(bases);

    /// <summary>The bases side by side in another element type.</summary>
    public static Matrix<TTarget> Stack<T, TTarget>(IReadOnlyList<Matrix<T>> bases)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TTarget : unmanaged, IBinaryFloatingPointIeee754<TTarget>
    {
        int rows = bases[0].Rows;
        Matrix<TTarget> stack = Matrix.Zero<TTarget>(rows, bases.Sum(basis => basis.Columns));
        int first = 0;
        foreach (Matrix<T> basis in bases)
        {
            for (int row = 0; row < rows; row++)
            {
                MatrixLayout.Convert(basis.Elements.Slice(row * basis.Columns, basis.Columns), stack.Target.Row(row).Slice(first, basis.Columns));
            }

            first += basis.Columns;
        }

        return stack;
    }
}
