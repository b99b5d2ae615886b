namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>
/// QR by blocks of Householder reflections in the compact WY form I - V T V^T (Schreiber and Van Loan, "A Storage-Efficient WY
/// Representation for Products of Householder Transformations", SIAM J. Sci. Stat. Comput. 10(1), 1989), so that nearly all the work is
/// matrix products.
/// </summary>
internal static class HouseholderQr
{
    /// <summary>Columns reduced before the rest of the matrix is updated.</summary>
    private const int PanelColumns = 32;

    /// <summary>Factors a matrix and overwrites it. Signs are as the reflections leave them.</summary>
    public static ThinQr<double> Factor(
        Matrix<double> matrix, IPackedProduct<double> product, int threads, CancellationToken cancellationToken)
    {
        int rank = Math.Min(matrix.Rows, matrix.Columns);
        Stack<ReflectorBlock> blocks = new();
        MatrixSpan<double> a = matrix.Target;
        for (int first = 0; first < rank; first += PanelColumns)
        {
            int width = Math.Min(PanelColumns, rank - first);
            int height = a.Rows - first;
            ReflectorBlock block = ReflectorBlock.Reduce(a.Slice(first, first, height, width), first, product, threads);
            int next = first + width;
            block.Apply(a.Slice(first, next, height, a.Columns - next), isTransposed: true, product, threads, cancellationToken);
            blocks.Push(block);
        }

        Matrix<double> r = UpperTrapezoid(a, rank);
        return new ThinQr<double>(FormQ(blocks, a.Rows, rank, product, threads, cancellationToken), r);
    }

    private static Matrix<double> UpperTrapezoid(MatrixSpan<double> a, int rank)
    {
        Matrix<double> r = Matrix.Zero<double>(rank, a.Columns);
        for (int row = 0; row < rank; row++)
        {
            a.Row(row)[row..].CopyTo(r.Target.Row(row)[row..]);
        }

        return r;
    }

    private static Matrix<double> FormQ(
        Stack<ReflectorBlock> blocks, int rows, int rank, IPackedProduct<double> product, int threads, CancellationToken cancellationToken)
    {
        Matrix<double> q = Matrix.Zero<double>(rows, rank);
        for (int i = 0; i < rank; i++)
        {
            q.Target[i, i] = 1;
        }

        foreach (ReflectorBlock block in blocks)
        {
            MatrixSpan<double> part = q.Target.Slice(block.FirstRow, block.FirstRow, rows - block.FirstRow, rank - block.FirstRow);
            block.Apply(part, isTransposed: false, product, threads, cancellationToken);
        }

        return q;
    }
}
