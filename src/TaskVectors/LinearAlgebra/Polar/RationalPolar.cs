using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>
/// The polar factor without eigenvectors. One step of Newton's iteration, X = (z A + A^(-T) / z) / 2 (Higham, Functions of Matrices, 2008, 8.3), keeps the
/// polar factor and takes every singular value to 1 or above, those in the middle of the spectrum near to it; then P = (X X^T)^(-1/2) X with the inverse
/// root as a sum of few poles, each the inverse of a positive definite matrix (Nakatsukasa and Freund, SIAM Review 58, 2016), and the directions in which
/// X is still large put right one by one. Of a matrix with unequal sides the step is taken in the Gram matrix G of the smaller one, where
/// X X^T = (z^2 G + 2 I + G^(-1) / z^2) / 4 and X = (z I + G^(-1) / z) A / 2.
/// </summary>
internal static class RationalPolar
{
    /// <summary>Relative error that the poles may leave in a singular value.</summary>
    private const double Tolerance = 3e-4;

    /// <summary>With more poles than this an eigendecomposition costs no more.</summary>
    private const int MostPoles = 6;

    /// <summary>The largest directions that are put right, and as many again that help to find them.</summary>
    private const int Outliers = 16;

    /// <summary>How far singular values may stand out before the Gram matrix is formed.</summary>
    private const double Swamping = 4;

    // The inverse of an ill-conditioned matrix is rounded most in its weakest directions: above the geometric mean of the singular values less of it counts.
    private const double InverseScale = 3;

    /// <summary>The largest condition number, in the Frobenius norm and times the spacing at 1, of a matrix that is inverted.</summary>
    private const double MostSquareError = 0.3;
    private const double MostGramError = 0.01;

    /// <summary>Singular values of the inverse that stand out so far are lowered where it is not accurate.</summary>
    private const double StandingOut = 16;

    /// <summary>Singular values below so many spacings at the root mean square of the elements may have another sign but for their rounding.</summary>
    private const double LeastSpacings = 2;

    private const int Probes = 4;

    /// <summary>How far from orthonormal random combinations of the rows of the result may be.</summary>
    private const double MostDistance = 2e-3;

    private const ulong Seed = 0x1509;

    /// <summary>Finds the polar factor, within 1e-3 of the exact one.</summary>
    /// <param name="provider">The implementation.</param>
    /// <param name="matrix">m x n, finite.</param>
    /// <param name="factor">m x n, contiguous; receives the factor.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>
    /// False where the implementation has no inverses, and where the matrix is small, nearly singular or unevenly scaled; the factor is then undefined.
    /// </returns>
    public static bool TryPolarFactor(ILinearAlgebraProvider provider, ReadOnlyMatrixSpan<float> matrix, MatrixSpan<float> factor, CancellationToken cancellationToken)
    {
        if (provider.InPlace is not { } algebra || Math.Min(matrix.Rows, matrix.Columns) < GramSvd.LeastSide || !GramSvd.IsSafe<float>(MatrixNorms.LargestMagnitude(matrix)))
        {
            return false;
        }

        using var scratch = new ScratchMatrices();
        var run = new Run(provider, algebra, scratch, cancellationToken);
        bool isDone = matrix.Rows == matrix.Columns ? TrySquare(run, matrix, factor) : TryOblong(run, matrix, factor);
        return isDone && IsOrthonormal(run, factor);
    }

    private static bool TrySquare(Run run, ReadOnlyMatrixSpan<float> matrix, MatrixSpan<float> factor)
    {
        int order = matrix.Rows;
        MatrixSpan<float> inverse = run.Scratch.Rent(order, order);
        MatrixSpan<float> newton = run.Scratch.Rent(order, order);
        matrix.CopyTo(newton.Elements);
        if (!TryInvert(run, newton, inverse, out double meanLogarithm)
            && !(TryLift(run, newton, inverse) && TryInvert(run, newton, inverse, out meanLogarithm)))
        {
            return false;
        }

        double scale = InverseScale * Math.Exp(-meanLogarithm);
        SquareMath.AddTransposed(newton, (float)(scale / 2), inverse, (float)(0.5 / scale));
        MatrixSpan<float> basis = run.Scratch.Rent(2 * Outliers, order);
        double[] values = Compress(run, newton, basis);
        MatrixSpan<float> gram = run.Scratch.Rent(order, order);
        run.Algebra.GramUpper(newton, gram);
        if (TryInverseRoot(run, gram, values[Outliers], inverse) is not { } poles)
        {
            return false;
        }

        Correct(run, basis, values, poles, inverse);
        run.Provider.Multiply(1, inverse, newton, 0, factor, run.Cancellation);
        return true;
    }

    private static bool TryInvert(Run run, MatrixSpan<float> matrix, MatrixSpan<float> inverse, out double meanLogarithm)
    {
        matrix.Elements.CopyTo(inverse.Elements);
        return run.Algebra.TryInvert(inverse, out meanLogarithm) && IsAccurate(matrix, inverse, MostSquareError);
    }

    /// <summary>
    /// Raises the weakest singular values of a matrix, found through its inverse, to that of the first direction left alone, which leaves the polar factor as
    /// it is. False where the signs of the weakest are lost in the rounding of the elements, or none stands out.
    /// </summary>
    private static bool TryLift(Run run, MatrixSpan<float> matrix, MatrixSpan<float> inverse)
    {
        int order = matrix.Rows;
        MatrixSpan<float> right = run.Scratch.Rent(2 * Outliers, order);
        MatrixSpan<float> left = run.Scratch.Rent(2 * Outliers, order);
        double[] squares = LeadingDirections.OfMatrix(run.Provider, run.Scratch, inverse, right, left, run.Cancellation);
        if (!double.IsFinite(squares[0]))
        {
            return false;
        }

        double level = 1 / Math.Sqrt(squares[Outliers]);
        int count = squares.Count(square => square > StandingOut * StandingOut * squares[Outliers]);
        double least = LeastSpacings * RankTolerance.Spacing<float>() * Math.Sqrt(MatrixNorms.Inner(matrix.Elements, matrix.Elements)) / order;
        ReadOnlyMatrixSpan<float> weakest = right.Slice(0, 0, count, order);
        Matrix<double> images = run.Provider.MultiplyWide(weakest, matrix.AsReadOnly().Transpose(), run.Cancellation);
        for (int row = 0; row < count; row++)
        {
            SquareMath.Scale(left.Row(row), (float)(1 / Math.Sqrt(squares[row])));
            double value = Inner(images.View.Slice(row, 0, 1, order).Elements[..order], left.Row(row));
            if (!(Math.Abs(value) > least))
            {
                return false;
            }

            SquareMath.Scale(left.Row(row), (float)((Math.Sign(value) * level) - value));
        }

        run.Provider.Multiply(1, left.Slice(0, 0, count, order).AsReadOnly().Transpose(), weakest, 1, matrix, run.Cancellation);
        return count > 0;
    }

    private static double Inner(ReadOnlySpan<double> wide, ReadOnlySpan<float> narrow)
    {
        double sum = 0;
        for (int index = 0; index < wide.Length; index++)
        {
            sum += wide[index] * narrow[index];
        }

        return sum;
    }

    private static bool TryOblong(Run run, ReadOnlyMatrixSpan<float> matrix, MatrixSpan<float> factor)
    {
        bool isTall = matrix.Rows > matrix.Columns;
        int order = Math.Min(matrix.Rows, matrix.Columns);
        MatrixSpan<float> gram = run.Scratch.Rent(order, order);
        MatrixSpan<float> inverse = run.Scratch.Rent(order, order);
        run.Algebra.GramUpper(isTall ? matrix.Transpose() : matrix, gram);
        MatrixLayout.MirrorUpper(gram);
        gram.Elements.CopyTo(inverse.Elements);
        if (!run.Algebra.TryInvertPositive(inverse, out double meanLogarithm))
        {
            return false;
        }

        MatrixLayout.MirrorUpper(inverse);
        if (!IsAccurate(gram, inverse, MostGramError))
        {
            return false;
        }

        double scale = Math.Exp(-meanLogarithm);
        SquareMath.NewtonStep(gram, inverse, (float)scale);
        MatrixSpan<float> basis = run.Scratch.Rent(2 * Outliers, order);
        double[] values = LeadingDirections.OfGram(run.Provider, run.Scratch, gram, basis, run.Cancellation);
        MatrixSpan<float> root = run.Scratch.Rent(order, order);
        if (TryInverseRoot(run, gram, values[Outliers], root) is not { } poles)
        {
            return false;
        }

        Correct(run, basis, values, poles, root);
        if (isTall)
        {
            run.Provider.Multiply(1, inverse, root, 0, gram, run.Cancellation);
            run.Provider.Multiply(1, matrix, gram, 0, factor, run.Cancellation);
        }
        else
        {
            run.Provider.Multiply(1, root, inverse, 0, gram, run.Cancellation);
            run.Provider.Multiply(1, gram, matrix, 0, factor, run.Cancellation);
        }

        return true;
    }

    /// <summary>G^(-1/2) of a symmetric matrix, its upper triangle, where eigenvalues lie between 1 and a largest one.</summary>
    private static InverseRoot? TryInverseRoot(Run run, MatrixSpan<float> gram, double largest, MatrixSpan<float> root)
    {
        if (!(largest > 0) || InverseRoot.Find(0.99, 1.05 * Math.Max(largest, 1), Tolerance, MostPoles) is not { } poles)
        {
            return null;
        }

        MatrixSpan<float> term = run.Scratch.Rent(gram.Rows, gram.Rows);
        for (int index = 0; index < poles.Count; index++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            SquareMath.CopyShifted(gram, (float)poles.Shifts[index], term);
            if (!run.Algebra.TryInvertPositive(term, out _))
            {
                return null;
            }

            SquareMath.Add(root, (float)poles.Weights[index], term, isFirst: index == 0);
        }

        MatrixLayout.MirrorUpper(root);
        return poles;
    }

    /// <summary>
    /// Lowers singular values that stand far above all others, those of the weakest directions of the original matrix: their squares would swamp the
    /// others in the Gram matrix. Returns the largest squares, descending, with their left singular vectors as the rows of the basis.
    /// </summary>
    private static double[] Compress(Run run, MatrixSpan<float> matrix, MatrixSpan<float> basis)
    {
        MatrixSpan<float> turned = run.Scratch.Rent(basis.Rows, matrix.Columns);
        double[] squares = LeadingDirections.OfMatrix(run.Provider, run.Scratch, matrix, basis, turned, run.Cancellation);
        double limit = Swamping * Swamping * squares[Outliers];
        for (int row = 0; row < basis.Rows; row++)
        {
            double lowered = Math.Min(squares[row], limit);
            SquareMath.Scale(turned.Row(row), (float)(Math.Sqrt(lowered / squares[row]) - 1));
            squares[row] = lowered;
        }

        run.Provider.Multiply(1, basis.AsReadOnly().Transpose(), turned, 1, matrix, run.Cancellation);
        return squares;
    }

    /// <summary>Replaces what the poles give in the directions beyond their interval.</summary>
    private static void Correct(Run run, MatrixSpan<float> basis, double[] values, InverseRoot poles, MatrixSpan<float> root)
    {
        MatrixSpan<float> chosen = basis.Slice(0, 0, Outliers, basis.Columns);
        MatrixSpan<float> scaled = run.Scratch.Rent(Outliers, basis.Columns);
        chosen.Elements[..scaled.Elements.Length].CopyTo(scaled.Elements);
        for (int row = 0; row < Outliers; row++)
        {
            SquareMath.Scale(scaled.Row(row), (float)((1 / Math.Sqrt(values[row])) - poles.At(values[row])));
        }

        run.Provider.Multiply(1, chosen.AsReadOnly().Transpose(), scaled, 1, root, run.Cancellation);
    }

    private static bool IsAccurate(MatrixSpan<float> matrix, MatrixSpan<float> inverse, double most)
    {
        double condition = Math.Sqrt(MatrixNorms.Inner(matrix.Elements, matrix.Elements) * MatrixNorms.Inner(inverse.Elements, inverse.Elements));
        return condition * RankTolerance.Spacing<float>() <= most;
    }

    /// <summary>P P^T v = v for random v, or P^T P v where P has more rows than columns.</summary>
    private static bool IsOrthonormal(Run run, MatrixSpan<float> factor)
    {
        bool isTall = factor.Rows > factor.Columns;
        ReadOnlyMatrixSpan<float> flat = isTall ? factor.AsReadOnly().Transpose() : factor;
        Matrix<float> probes = RandomSketch.Create<float>(Probes, flat.Rows, Seed + 1);
        MatrixSpan<float> spread = run.Scratch.Rent(Probes, flat.Columns);
        MatrixSpan<float> returned = run.Scratch.Rent(Probes, flat.Rows);
        run.Provider.Multiply(1, probes, flat, 0, spread, run.Cancellation);
        run.Provider.Multiply(1, spread, flat.Transpose(), 0, returned, run.Cancellation);
        SquareMath.AddTo(returned.Elements, -1, probes.Elements);
        double distance = MatrixNorms.Inner(returned.Elements, returned.Elements) / MatrixNorms.Inner(probes.Elements, probes.Elements);
        return distance <= MostDistance * MostDistance;
    }

    private readonly record struct Run(ILinearAlgebraProvider Provider, IInPlaceAlgebra Algebra, ScratchMatrices Scratch, CancellationToken Cancellation);
}
