using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;

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
    /// <param name="precision">How exactly the bases are made orthogonal.</param>
    public static Matrix<double> Whiten<T>(
        MergeContext context, int rows, int columns, IReadOnlyList<ThinSvd<T>> blocks, Func<T, T> value, SpectralPrecision precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (blocks.All(block => block.Count == 0))
        {
            return Matrix.Zero<double>(rows, columns);
        }

        ThinSvd<T> joined = Join(rows, columns, blocks);
        T[] values = Array.ConvertAll(joined.SingularValues.ToArray(), singular => value(singular));
        Matrix<T>[] factors = context.ForEach(2, side => context.LinearAlgebra.PolarFactor((side == 0 ? joined.U : joined.Vt).View, precision));
        return TaskMatrices.In<T, double>(Compose(context, factors[0], values, factors[1]));
    }

    /// <summary>The sum of U_t diag(s_t) V_t^T over all blocks.</summary>
    /// <param name="context">What the arithmetic may use.</param>
    /// <param name="rows">The rows of every block.</param>
    /// <param name="columns">The columns of every block.</param>
    /// <param name="blocks">The triplets; their values may be any numbers.</param>
    public static Matrix<T> Sum<T>(MergeContext context, int rows, int columns, IReadOnlyList<ThinSvd<T>> blocks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ThinSvd<T> joined = Join(rows, columns, blocks);
        return Compose(context, joined.U, joined.SingularValues.Span, joined.Vt);
    }

    /// <summary>U diag(s) V^T; the factors are used up.</summary>
    public static Matrix<T> Compose<T>(MergeContext context, Matrix<T> u, ReadOnlySpan<T> values, Matrix<T> vt)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < vt.Rows; row++)
        {
            Scale(vt.Target.Row(row), values[row]);
        }

        return context.LinearAlgebra.Multiply(u.View, vt.View);
    }

    /// <summary>Multiplies numbers by a factor.</summary>
    public static void Scale<T>(Span<T> values, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (ref T value in values)
        {
            value *= factor;
        }
    }

    // [U_1 ... U_T], [s_1 ... s_T] and [V_1 ... V_T]^T: not the decomposition of anything, but laid out as one.
    private static ThinSvd<T> Join<T>(int rows, int columns, IReadOnlyList<ThinSvd<T>> blocks)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rank = blocks.Sum(block => block.Count);
        Matrix<T> u = Matrix.Zero<T>(rows, rank);
        Matrix<T> vt = Matrix.Zero<T>(rank, columns);
        T[] values = new T[rank];
        int first = 0;
        foreach (ThinSvd<T> block in blocks)
        {
            Copy(block.U, u.Target.Slice(0, first, rows, block.Count));
            Copy(block.Vt, vt.Target.Slice(first, 0, block.Count, columns));
            block.SingularValues.CopyTo(values.AsMemory(first));
            first += block.Count;
        }

        return new ThinSvd<T>(u, values, vt);
    }

    private static void Copy<T>(Matrix<T> source, MatrixSpan<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < source.Rows; row++)
        {
            source.View.Slice(row, 0, 1, source.Columns).CopyTo(target.Row(row));
        }
    }
}
