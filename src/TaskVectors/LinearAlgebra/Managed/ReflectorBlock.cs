namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>A product of Householder reflections H_1 H_2 ... H_b = I - V T V^T acting on the rows from <see cref="FirstRow"/> on.</summary>
internal sealed class ReflectorBlock
{
    private readonly Matrix<double> _v;
    private readonly Matrix<double> _t;

    private ReflectorBlock(Matrix<double> v, Matrix<double> t, int firstRow)
    {
        _v = v;
        _t = t;
        FirstRow = firstRow;
    }

    public int FirstRow { get; }

    /// <summary>Reduces a panel to upper triangular form in place and returns the reflections that did it.</summary>
    public static ReflectorBlock Reduce(MatrixSpan<double> panel, int firstRow, IPackedProduct<double> product, int threads)
    {
        Matrix<double> work = panel.AsReadOnly().ToMatrix();
        double[] factors = new double[panel.Columns];
        double[] projections = new double[panel.Columns];
        for (int column = 0; column < panel.Columns; column++)
        {
            factors[column] = MakeReflector(work.Target, column, out double diagonal);
            ApplyReflector(work.Target, column, factors[column], projections);
            panel[column, column] = diagonal;
            work.Target.Row(column)[(column + 1)..].CopyTo(panel.Row(column)[(column + 1)..]);
        }

        MakeUnitLower(work.Target);
        return new ReflectorBlock(work, Triangle(work, factors, product, threads), firstRow);
    }

    /// <summary>target = (I - V T V^T) target, or its transpose (I - V T^T V^T) target.</summary>
    public void Apply(
        MatrixSpan<double> target, bool isTransposed, IPackedProduct<double> product, int threads, CancellationToken cancellationToken)
    {
        Matrix<double> projection = Matrix.Zero<double>(_v.Columns, target.Columns);
        Matrix<double> weighted = Matrix.Zero<double>(_v.Columns, target.Columns);
        product.Multiply(1, _v.Transpose(), target, 0, projection.Target, threads, cancellationToken);
        product.Multiply(1, isTransposed ? _t.Transpose() : _t.View, projection, 0, weighted.Target, threads, cancellationToken);
        product.Multiply(-1, _v.View, weighted, 1, target, threads, cancellationToken);
    }

    /// <summary>
    /// Replaces the column below its diagonal by the reflector v (with v = 1 on the diagonal) and returns its factor tau.
    /// </summary>
    private static double MakeReflector(MatrixSpan<double> work, int column, out double diagonal)
    {
        double below = 0;
        for (int row = column + 1; row < work.Rows; row++)
        {
            below += work[row, column] * work[row, column];
        }

        double head = work[column, column];
        if (below == 0)
        {
            diagonal = head;
            return 0;
        }

        diagonal = -Math.CopySign(Math.Sqrt((head * head) + below), head);
        double divisor = head - diagonal;
        for (int row = column + 1; row < work.Rows; row++)
        {
            work[row, column] /= divisor;
        }

        return (diagonal - head) / diagonal;
    }

    /// <summary>Reflects the columns to the right of the reflector's own.</summary>
    private static void ApplyReflector(MatrixSpan<double> work, int column, double factor, Span<double> projections)
    {
        Span<double> sums = projections[(column + 1)..];
        work.Row(column)[(column + 1)..].CopyTo(sums);
        for (int row = column + 1; row < work.Rows; row++)
        {
            ReadOnlySpan<double> values = work.Row(row);
            AddScaled(values[column], values[(column + 1)..], sums);
        }

        AddScaled(-factor, sums, work.Row(column)[(column + 1)..]);
        for (int row = column + 1; row < work.Rows; row++)
        {
            Span<double> values = work.Row(row);
            AddScaled(-factor * values[column], sums, values[(column + 1)..]);
        }
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> source, Span<double> target)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = Math.FusedMultiplyAdd(factor, source[i], target[i]);
        }
    }

    private static void MakeUnitLower(MatrixSpan<double> work)
    {
        for (int row = 0; row < work.Columns; row++)
        {
            work[row, row] = 1;
            work.Row(row)[(row + 1)..].Clear();
        }
    }

    /// <summary>The upper triangular T: T_ii = tau_i, T_(0..i),i = -tau_i T_(0..i),(0..i) (V^T V)_(0..i),i.</summary>
    private static Matrix<double> Triangle(Matrix<double> v, ReadOnlySpan<double> factors, IPackedProduct<double> product, int threads)
    {
        int width = v.Columns;
        Matrix<double> gram = Matrix.Zero<double>(width, width);
        product.Multiply(1, v.Transpose(), v, 0, gram.Target, threads, CancellationToken.None);
        Matrix<double> triangle = Matrix.Zero<double>(width, width);
        for (int column = 0; column < width; column++)
        {
            for (int row = 0; row < column; row++)
            {
                double sum = 0;
                for (int p = row; p < column; p++)
                {
                    sum += triangle[row, p] * gram[p, column];
                }

                triangle.Target[row, column] = -factors[column] * sum;
            }

            triangle.Target[column, column] = factors[column];
        }

        return triangle;
    }
}
