using TaskVectors.Checkpoints.Lora;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Decomposition.Parts;

/// <summary>
/// The parts of a matrix as products of factors, rounded to F32 as they are stored. Of a dense W the shared part is Z (Z^T W), (W Y) Y^T, or
/// Z ((Z^T W Y) Y^T); of W = s B A both parts are: Z Z^T acts on B, Y Y^T on A, and the unique part takes what is left of that factor, so
/// that the factors of the parts add up to those of W.
/// </summary>
internal sealed class FactoredSplit(MatrixDecomposition<float> decomposition, ILinearAlgebraProvider provider)
{
    private readonly Matrix<double>? _z = decomposition.Columns?.Basis;
    private readonly Matrix<double>? _y = decomposition.Rows?.Basis;

    /// <summary>The shared part of a dense matrix.</summary>
    public LowRankFactors Shared(Matrix<float> matrix)
    {
        if (decomposition.IsNothingShared)
        {
            return Zero(matrix.Rows, matrix.Columns);
        }

        Matrix<double> dense = matrix.View.ToMatrix<double>();
        return (_z, _y) switch
        {
            ({ } z, null) => Product(z, provider.Multiply(z.Transpose(), dense.View)),
            (null, { } y) => Product(provider.Multiply(dense.View, y.View), y.Transpose().ToMatrix()),
            ({ } z, { } y) => Both(z, y, provider.Multiply(provider.Multiply(z.Transpose(), dense.View).View, y.View)),
            _ => throw new InvalidOperationException("A decomposition compares column spaces, row spaces or both."),
        };
    }

    /// <summary>Both parts of a matrix that is a product.</summary>
    public (LowRankFactors Shared, LowRankFactors Unique) Split(LowRankFactors product)
    {
        LowRankFactors whole = Round(product);
        if (decomposition.IsNothingShared)
        {
            return (Zero(product.Rows, product.Columns), whole);
        }

        double[] b = _z is null ? whole.B.ToArray() : Round(ProjectLeft(_z, whole));
        double[] a = _y is null ? whole.A.ToArray() : Round(ProjectRight(_y, whole));
        LowRankFactors shared = With(whole, b, a);
        LowRankFactors unique = (_z, _y) switch
        {
            (not null, null) => With(whole, Difference(whole.B, b), whole.A.ToArray()),
            (null, not null) => With(whole, whole.B.ToArray(), Difference(whole.A, a)),
            _ => whole + With(whole, Array.ConvertAll(b, value => -value), a),
        };
        return (shared, unique);
    }

    /// <summary>The factors with every number rounded to F32; the scale stays.</summary>
    public static LowRankFactors Round(LowRankFactors factors) => With(factors, Round(factors.B.ToArray()), Round(factors.A.ToArray()));

    /// <summary>The zero matrix with factors of rank 1, as an adapter has no module of rank 0.</summary>
    private static LowRankFactors Zero(int rows, int columns) => new(rows, columns, 1, new double[rows], new double[columns]);

    // The smaller of the two ranks will do.
    private LowRankFactors Both(Matrix<double> z, Matrix<double> y, Matrix<double> core) => core.Rows <= core.Columns
        ? Product(z, provider.Multiply(core.View, y.Transpose()))
        : Product(provider.Multiply(z.View, core.View), y.Transpose().ToMatrix());

    private double[] ProjectLeft(Matrix<double> z, LowRankFactors product)
    {
        Matrix<double> b = Matrix.Wrap<double>(product.B.ToArray(), product.Rows, product.Rank);
        return provider.Multiply(z.View, provider.Multiply(z.Transpose(), b.View).View).Elements.ToArray();
    }

    private double[] ProjectRight(Matrix<double> y, LowRankFactors product)
    {
        Matrix<double> a = Matrix.Wrap<double>(product.A.ToArray(), product.Rank, product.Columns);
        return provider.Multiply(provider.Multiply(a.View, y.View).View, y.Transpose()).Elements.ToArray();
    }

    private static LowRankFactors Product(Matrix<double> b, Matrix<double> a) =>
        new(b.Rows, a.Columns, b.Columns, Round(b.Elements.ToArray()), Round(a.Elements.ToArray()));

    private static LowRankFactors With(LowRankFactors factors, double[] b, double[] a) =>
        new(factors.Rows, factors.Columns, factors.Rank, b, a, factors.Scale);

    private static double[] Difference(ReadOnlySpan<double> whole, double[] part)
    {
        double[] rest = new double[part.Length];
        for (int index = 0; index < rest.Length; index++)
        {
            rest[index] = (float)(whole[index] - part[index]);
        }

        return rest;
    }

    private static double[] Round(double[] values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = (float)values[index];
        }

        return values;
    }
}
