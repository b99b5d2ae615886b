using System.Numerics;
using TaskVectors.Analysis;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>
/// Decompositions computed by a deliberately naive float64 program that forms the d x d projectors. The tolerance is each case's own: 1e-10 in
/// float64, 1e-5 (one case 1e-4) in float32; parts are compared relative to the largest entry of any task vector of the tensor.
/// TASKVECTORS_GOLDEN_DECOMPOSITION names a folder with further cases.
/// </summary>
public class GoldenDecompositionTests
{
    private static string Folder => Environment.GetEnvironmentVariable("TASKVECTORS_GOLDEN_DECOMPOSITION") ?? GoldenPath.Of("decomposition");

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string folder in Directory.GetDirectories(Folder).Order(StringComparer.Ordinal))
            {
                foreach (ILinearAlgebraProvider provider in TestProviders.All)
                {
                    cases.Add(Path.GetFileName(folder), provider.Name);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_decomposition_in_double_agrees_with_the_naive_program(string name, string provider) =>
        Check<double>(new GoldenDecomposition(Path.Combine(Folder, name)), TestProviders.Named(provider), "float64");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_decomposition_in_single_agrees_with_the_naive_program(string name, string provider) =>
        Check<float>(new GoldenDecomposition(Path.Combine(Folder, name)), TestProviders.Named(provider), "float32");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Principal_angles_between_the_spaces_agree_with_the_naive_program(string name, string provider)
    {
        var golden = new GoldenDecomposition(Path.Combine(Folder, name));
        ILinearAlgebraProvider algebra = TestProviders.Named(provider);
        foreach (string tensor in golden.Matrices.Where(tensor => golden.Has($"angles/{tensor}/0_1")))
        {
            ThinSvd<double>[] vectors = [.. golden.Vectors(tensor).Select(vector => algebra.ThinSvd(vector.View))];
            long[] ranks = golden.Integers($"rank/{tensor}");
            for (int first = 0; first < vectors.Length; first++)
            {
                for (int second = first + 1; second < vectors.Length; second++)
                {
                    IReadOnlyList<double> angles = PrincipalAngles.Between(
                        vectors[first].U.FirstColumns((int)ranks[first]), vectors[second].U.FirstColumns((int)ranks[second]), algebra);
                    double[] expected = golden.Numbers($"angles/{tensor}/{first}_{second}");

                    // The reference loses half of the digits near 0 and a right angle, and says so.
                    Assert.Equal(expected.Length, angles.Count);
                    Near(expected, index => angles[index], 1e-6, $"angles of {tensor}");
                }
            }
        }
    }

    private static void Check<T>(GoldenDecomposition golden, ILinearAlgebraProvider provider, string precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double tolerance = golden.Tolerance(precision);
        var decomposer = new MatrixDecomposer(provider, golden.Options with { NullTest = false });
        Assert.NotEmpty(golden.Matrices);
        foreach (string tensor in golden.Matrices)
        {
            Matrix<T>[] vectors = [.. golden.Vectors(tensor).Select(vector => vector.View.ToMatrix<T>())];
            MatrixDecomposition<T> decomposition = decomposer.Decompose(vectors);

            Assert.Equal(golden.Integers($"rank/{tensor}"), decomposition.Ranks.Select(rank => (long)rank));
            CheckSubspace(golden, tensor, string.Empty, decomposition.Columns, tolerance);
            CheckSubspace(golden, tensor, "row_", decomposition.Rows, tolerance);
            CheckParts(golden, tensor, vectors, decomposition, tolerance);
        }
    }

    private static void CheckSubspace(GoldenDecomposition golden, string tensor, string prefix, SharedSubspace? subspace, double tolerance)
    {
        if (subspace is null)
        {
            Assert.False(golden.Has($"{prefix}projector/{tensor}"));
            return;
        }

        Assert.Equal(golden.Integers($"{prefix}shared_dim/{tensor}")[0], subspace.Dimension);
        string eigenvalues = golden.Has($"{prefix}eigenvalues/{tensor}") ? $"{prefix}eigenvalues/{tensor}" : $"{prefix}eigenvalues_re/{tensor}";

        // Those not listed are zero; a product may have negative ones, which come after them.
        double[] values = [.. subspace.Eigenvalues.Concat(Enumerable.Repeat(0.0, subspace.Basis.Rows)).OrderDescending()];
        Near(golden.Numbers(eigenvalues), index => values[index], tolerance, eigenvalues);
        double[] projector = TestMatrices.Product(subspace.Basis.View, subspace.Basis.Transpose()).Elements.ToArray();
        Near(golden.Numbers($"{prefix}projector/{tensor}"), index => projector[index], tolerance, $"{prefix}projector/{tensor}");
    }

    private static void CheckParts<T>(GoldenDecomposition golden, string tensor, Matrix<T>[] vectors, MatrixDecomposition<T> decomposition, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IReadOnlyList<Matrix<double>> exact = golden.Vectors(tensor);
        double scale = exact.Max(vector => vector.Elements.ToArray().Max(Math.Abs));
        double[] fractions = golden.Numbers($"shared_energy_fraction/{tensor}");
        for (int task = 0; task < vectors.Length; task++)
        {
            (Matrix<T> shared, Matrix<T> unique) = decomposition.Split(vectors[task].View);
            double[] expected = golden.Numbers($"shared/task{task}/{tensor}");
            double[] rest = [.. exact[task].Elements.ToArray().Zip(expected, (whole, part) => whole - part)];
            Near(expected, index => double.CreateTruncating(shared.Elements[index]), tolerance * scale, $"shared {task} {tensor}");
            Near(rest, index => double.CreateTruncating(unique.Elements[index]), tolerance * scale, $"unique {task} {tensor}");
            double fraction = Math.Pow(TestMatrices.Norm(shared.View) / TestMatrices.Norm(vectors[task].View), 2);
            Assert.True(Math.Abs(fractions[task] - fraction) <= tolerance, $"{tensor}: fraction {fraction} against {fractions[task]}");
        }

        double[] merged = golden.Numbers($"merged/{tensor}");
        double[] start = golden.Base(tensor);
        Matrix<T> move = decomposition.Merge(vectors, golden.MergeUnique, golden.MergeShared);
        Near(merged, index => start[index] + double.CreateTruncating(move.Elements[index]), tolerance * merged.Max(Math.Abs), $"merged {tensor}");
    }

    private static void Near(double[] expected, Func<int, double> actual, double tolerance, string what)
    {
        for (int index = 0; index < expected.Length; index++)
        {
            double difference = Math.Abs(expected[index] - actual(index));
            Assert.True(difference <= tolerance, $"{what}[{index}]: {actual(index)} against {expected[index]}, off by {difference:G3} of {tolerance:G3}");
        }
    }
}
