using System.Runtime.CompilerServices;
using TaskVectors.LinearAlgebra.SingularValues;

namespace TaskVectors.LinearAlgebra.Polar;

/// <summary>The directions in which a matrix is largest, by subspace iteration in rented memory, as many as a basis has rows.</summary>
internal static class LeadingDirections
{
    private const int PowerSteps = 3;

    private const ulong Seed = 0x1509;

    /// <summary>
    /// The squares of the largest singular values of X by subspace iteration, descending, with their left singular vectors B as the rows of a basis, and B X.
    /// </summary>
    public static double[] OfMatrix(
        ILinearAlgebraProvider provider, ScratchMatrices scratch, MatrixSpan<float> matrix, MatrixSpan<float> basis, MatrixSpan<float> product, CancellationToken cancellationToken)
    {
        MatrixSpan<float> image = scratch.Rent(basis.Rows, matrix.Columns);
        Randomize(basis);
        for (int step = 0; step < PowerSteps; step++)
        {
            provider.Multiply(1, basis, matrix, 0, image, cancellationToken);
            Orthonormalize(image);
            provider.Multiply(1, image, matrix.AsReadOnly().Transpose(), 0, basis, cancellationToken);
            Orthonormalize(basis);
        }

        provider.Multiply(1, basis, matrix, 0, image, cancellationToken);
        (double[] squares, Matrix<float> rotation) = Diagonalize(provider, image, image, cancellationToken);
        provider.Multiply(1, rotation.Transpose(), image, 0, product, cancellationToken);
        Rotate(provider, basis, rotation, image, cancellationToken);
        return squares;
    }

    /// <summary>The largest eigenvalues by subspace iteration, descending, with their eigenvectors as the rows of the basis.</summary>
    public static double[] OfGram(ILinearAlgebraProvider provider, ScratchMatrices scratch, MatrixSpan<float> gram, MatrixSpan<float> basis, CancellationToken cancellationToken)
    {
        MatrixSpan<float> image = scratch.Rent(basis.Rows, basis.Columns);
        Randomize(basis);
        for (int step = 0; step < PowerSteps; step++)
        {
            provider.Multiply(1, basis, gram, 0, image, cancellationToken);
            image.Elements.CopyTo(basis.Elements);
            Orthonormalize(basis);
        }

        provider.Multiply(1, basis, gram, 0, image, cancellationToken);
        (double[] values, Matrix<float> rotation) = Diagonalize(provider, basis, image, cancellationToken);
        Rotate(provider, basis, rotation, image, cancellationToken);
        return values;
    }

    private static void Randomize(MatrixSpan<float> basis) => RandomSketch.Create<float>(basis.Rows, basis.Columns, Seed).Elements.CopyTo(basis.Elements);

    /// <summary>The eigenvalues of L R^T, which is symmetric but for rounding, descending, and its eigenvectors in the columns.</summary>
    private static (double[] Values, Matrix<float> Vectors) Diagonalize(ILinearAlgebraProvider provider, MatrixSpan<float> left, MatrixSpan<float> right, CancellationToken cancellationToken)
    {
        Matrix<double> projected = provider.MultiplyWide(left, right.AsReadOnly().Transpose(), cancellationToken);
        SymmetricEigen<double> eigen = provider.SymmetricEigen(SquareMath.SymmetricPart(projected).View, cancellationToken);
        return (eigen.Values.ToArray(), eigen.Vectors.View.ToMatrix<float>());
    }

    /// <summary>Makes the basis that of the eigenvectors, by way of room of its size.</summary>
    private static void Rotate(ILinearAlgebraProvider provider, MatrixSpan<float> basis, Matrix<float> rotation, MatrixSpan<float> room, CancellationToken cancellationToken)
    {
        provider.Multiply(1, rotation.Transpose(), basis, 0, room, cancellationToken);
        room.Elements.CopyTo(basis.Elements);
    }

    /// <summary>The Gram-Schmidt process, twice for rows that it leaves little of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Orthonormalize(MatrixSpan<float> rows)
    {
        for (int row = 0; row < rows.Rows; row++)
        {
            Span<float> current = rows.Row(row);
            for (int pass = 0; pass < 2; pass++)
            {
                double norm = Math.Sqrt(MatrixNorms.Inner(current, current));
                SquareMath.Scale(current, (float)(1 / norm));
                for (int earlier = 0; earlier < row; earlier++)
                {
                    SquareMath.AddTo(current, (float)-MatrixNorms.Inner(current, rows.Row(earlier)), rows.Row(earlier));
                }
            }

            SquareMath.Scale(current, (float)(1 / Math.Sqrt(MatrixNorms.Inner(current, current))));
        }
    }
}
