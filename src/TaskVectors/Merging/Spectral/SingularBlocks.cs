using TaskVectors.LinearAlgebra;

namespace TaskVectors.Merging.Spectral;

/// <summary>Singular triplets of several matrices side by side, and the matrix that they make once their bases are orthogonal to one another.</summary>
internal static class SingularBlocks
{
    /// <summary>
    /// P(U) diag(s) P(V)^T with U = [U_1 ... U_T], s and V likewise, and P the orthogonal polar factor: the nearest orthonormal bases to the tasks'
    /// own. It does not depend on the order of the blocks nor on the signs of their vectors.
    /// </summary>
    /// <param name="context">What the arithmetic may use.</param>
    /// <param name="rows">The rows of every block.</param>
    /// <param name="columns">The columns of every block.</param>
    /// <param name="blocks">The triplets.</param>
    /// <param name="value">The singular value to use in place of each.</param>
    public static Matrix<double> Whiten(MergeContext context, int rows, int columns, IReadOnlyList<ThinSvd<double>> blocks, Func<double, double> value)
    {
        int rank = blocks.Sum(block => block.Count);
        if (rank == 0)
        {
            return Matrix.Zero<double>(rows, columns);
        }

        Matrix<double> u = Matrix.Zero<double>(rows, rank);
        Matrix<double> vt = Matrix.Zero<double>(rank, columns);
        double[] values = new double[rank];
        int first = 0;
        foreach (ThinSvd<double> block in blocks)
        {
            Copy(block.U, u.Target.Slice(0, first, rows, block.Count));
            Copy(block.Vt, vt.Target.Slice(first, 0, block.Count, columns));
            for (int index = 0; index < block.Count; index++)
            {
                values[first + index] = value(block.SingularValues.Span[index]);
            }

            first += block.Count;
        }

        return Compose(context, context.LinearAlgebra.PolarFactor(u.View), values, context.LinearAlgebra.PolarFactor(vt.View));
    }

    /// <summary>U diag(s) V^T; the factors are used up.</summary>
    public static Matrix<double> Compose(MergeContext context, Matrix<double> u, ReadOnlySpan<double> values, Matrix<double> vt)
    {
        for (int row = 0; row < vt.Rows; row++)
        {
            Scale(vt.Target.Row(row), values[row]);
        }

        return context.LinearAlgebra.Multiply(u.View, vt.View);
    }

    /// <summary>Multiplies numbers by a factor.</summary>
    public static void Scale(Span<double> values, double factor)
    {
        foreach (ref double value in values)
        {
            value *= factor;
        }
    }

    private static void Copy(Matrix<double> source, MatrixSpan<double> target)
    {
        for (int row = 0; row < source.Rows; row++)
        {
            source.View.Slice(row, 0, 1, source.Columns).CopyTo(target.Row(row));
        }
    }
}
