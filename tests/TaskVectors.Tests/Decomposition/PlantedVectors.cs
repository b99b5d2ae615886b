using System.Numerics;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>Task vectors whose column spaces have a known intersection.</summary>
internal sealed record PlantedVectors<T>(IReadOnlyList<Matrix<T>> Vectors, Matrix<double> Common)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// k matrices of rank common + own each. With <paramref name="isOrthogonal"/> their own directions are orthogonal to one another and to the
    /// common ones (rows must suffice), else they are random.
    /// </summary>
    public static PlantedVectors<T> Create(int seed, int tasks, int rows, int columns, int common, int own, bool isOrthogonal)
    {
        int directions = common + (tasks * own);
        Matrix<double> orthonormal = TestProviders.Managed.ThinQr(TestMatrices.Gaussian<double>(rows, isOrthogonal ? directions : common, seed).View).Q;
        var vectors = new List<Matrix<T>>();
        for (int task = 0; task < tasks; task++)
        {
            Matrix<double> unique = isOrthogonal
                ? orthonormal.View.Slice(0, common + (task * own), rows, own).ToMatrix()
                : TestMatrices.Gaussian<double>(rows, own, seed + 100 + task);
            Matrix<double> left = SharedSpectra.Stack([orthonormal.View.Slice(0, 0, rows, common).ToMatrix(), unique]);
            Matrix<double> right = TestProviders.Managed.ThinQr(TestMatrices.Gaussian<double>(columns, common + own, seed + 1000 + task).View).Q;
            vectors.Add(TestMatrices.Product(left.View, right.Transpose()).View.ToMatrix<T>());
        }

        return new PlantedVectors<T>(vectors, orthonormal.FirstColumns(common).ToMatrix());
    }
}
