using System.Numerics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition;

/// <summary>
/// Computes spectra from orthonormal bases U_1 ... U_k (d x r_i, F64). No d x d projector is formed: with C_ij = U_i^T U_j,
/// P_1 ... P_k = U_1 (C_12 ... C_(k-1)k) U_k^T, so that sweep and product are problems of order r_1, and the mean is one of order
/// min(d, sum r_i).
/// </summary>
internal static class SharedSpectra
{
    public static SharedSpectrum Compute(
        DecompositionMode mode, IReadOnlyList<Matrix<double>> bases, ILinearAlgebraProvider provider, CancellationToken cancellationToken)
    {
        return mode switch
        {
            DecompositionMode.Sweep => SweepSpectrum.Compute(bases, provider, cancellationToken),
            DecompositionMode.Product => ProductSpectrum.Compute(bases, provider, cancellationToken),
            _ => MeanSpectrum.Compute(bases, provider, cancellationToken),
        };
    }

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
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = bases[0].Rows;
        Matrix<T> stack = Matrix.Zero<T>(rows, bases.Sum(basis => basis.Columns));
        int first = 0;
        foreach (Matrix<T> basis in bases)
        {
            for (int row = 0; row < rows; row++)
            {
                basis.Elements.Slice(row * basis.Columns, basis.Columns).CopyTo(stack.Target.Row(row)[first..]);
            }

            first += basis.Columns;
        }

        return stack;
    }
}
