using FsCheck.Xunit;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Tests.LinearAlgebra;

namespace TaskVectors.Tests.Decomposition;

/// <summary>
/// What holds for every decomposition, over random shapes, ranks and numbers of tasks. F32 matrices of up to 40 rows: rounding is about 1e-6 of
/// the norm (a product of 40 terms in single precision), so tolerances are 1e-6 for sums and 1e-5 for inner products.
/// </summary>
public class DecompositionIdentityTests
{
    [Fact]
    public void The_example_of_the_documentation_comes_out_as_it_says()
    {
        var decomposer = new MatrixDecomposer(TestProviders.Managed, SubspaceOptions.Default with { Rank = new NumericalRank(), NullTest = false });
        Matrix<double>[] tasks = [TestMatrices.From<double>(3, 2, 4, 0, 0, 3, 0, 0), TestMatrices.From<double>(3, 2, 0, 0, 2, 1, 5, 0)];
        MatrixDecomposition<double> decomposition = decomposer.Decompose(tasks);
        (Matrix<double> shared, Matrix<double> unique)[] parts = [.. tasks.Select(task => decomposition.Split(task.View))];
        double[][] expected = [[0, 0, 0, 3, 0, 0], [4, 0, 0, 0, 0, 0], [0, 0, 2, 1, 0, 0], [0, 0, 0, 0, 5, 0]];
        double[] actual = [.. parts.SelectMany(part => part.shared.Elements.ToArray().Concat(part.unique.Elements.ToArray()))];
        Assert.All(expected.SelectMany(part => part).Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    private static readonly DecompositionMode[] Modes = Enum.GetValues<DecompositionMode>();
    private static readonly DecompositionSides[] Sides = Enum.GetValues<DecompositionSides>();

    [Property(MaxTest = 60)]
    public void The_parts_of_a_task_vector_add_up_to_it(int seed)
    {
        (IReadOnlyList<Matrix<float>> vectors, MatrixDecomposition<float> decomposition) = Any(seed);
        foreach (Matrix<float> vector in vectors)
        {
            (Matrix<float> shared, Matrix<float> unique) = decomposition.Split(vector.View);
            Matrix<float> sum = Add(shared, unique);
            Assert.True(TestMatrices.Distance(sum.View, vector.View) <= 1e-6 * TestMatrices.Norm(vector.View));
        }
    }

    [Property(MaxTest = 60)]
    public void The_shared_part_of_one_task_is_orthogonal_to_the_unique_part_of_any(int seed)
    {
        (IReadOnlyList<Matrix<float>> vectors, MatrixDecomposition<float> decomposition) = Any(seed);
        (Matrix<float> Shared, Matrix<float> Unique)[] parts = [.. vectors.Select(vector => decomposition.Split(vector.View))];
        for (int left = 0; left < parts.Length; left++)
        {
            for (int right = 0; right < parts.Length; right++)
            {
                double product = Dot(parts[left].Shared, parts[right].Unique);
                double norms = TestMatrices.Norm(vectors[left].View) * TestMatrices.Norm(vectors[right].View);
                Assert.True(Math.Abs(product) <= 1e-5 * norms, $"{product} of {norms}");
            }
        }
    }

    [Property(MaxTest = 60)]
    public void A_shared_basis_is_orthonormal(int seed)
    {
        (_, MatrixDecomposition<float> decomposition) = Any(seed);
        foreach (SharedSubspace subspace in new[] { decomposition.Columns, decomposition.Rows }.OfType<SharedSubspace>())
        {
            // U_i comes from single precision; the largest order here is 40.
            Assert.True(TestMatrices.OrthonormalityError(subspace.Basis) <= 1e-5);
        }
    }

    [Property(MaxTest = 40)]
    public void A_planted_intersection_is_recovered_whatever_the_mode(int seed)
    {
        var random = new Random(seed);
        int tasks = random.Next(2, 9);
        (int common, int own) = (random.Next(1, 4), random.Next(1, 3));
        int rows = common + (tasks * own) + random.Next(20, 30);
        PlantedVectors<float> planted = PlantedVectors<float>.Create(seed, tasks, rows, random.Next(8, 20), common, own, isOrthogonal: true);
        foreach (DecompositionMode mode in Modes)
        {
            var options = new SubspaceOptions { Mode = mode, Rank = new NumericalRank(), Tau = 0.85, NullDraws = 20 };
            SharedSubspace found = new MatrixDecomposer(TestProviders.Managed, options).Decompose(planted.Vectors).Columns!;
            Assert.Equal(common, found.Dimension);

            // Eigenvalue 1 against 1/k or less: singular vectors in F32 are right to about 1e-6.
            Assert.True(TestMatrices.ProjectorDistance(found.Basis.View, planted.Common.View) <= 1e-5);
            Assert.All(found.PValues, value => Assert.Equal(1.0 / 21, value, 12));
        }
    }

    [Property(MaxTest = 30)]
    public void Orthogonal_tasks_share_nothing(int seed)
    {
        var random = new Random(seed);
        int tasks = random.Next(2, 9);
        int own = random.Next(1, 4);
        PlantedVectors<float> planted = PlantedVectors<float>.Create(seed, tasks, (tasks * own) + random.Next(4), 12, 0, own, isOrthogonal: true);
        foreach (DecompositionMode mode in Modes)
        {
            var options = new SubspaceOptions { Mode = mode, Rank = new NumericalRank(), Tau = 0.85, NullTest = false };
            MatrixDecomposition<float> decomposition = new MatrixDecomposer(TestProviders.Managed, options).Decompose(planted.Vectors);
            Assert.True(decomposition.IsNothingShared);
            Assert.Equal(0, TestMatrices.Norm(decomposition.Shared(planted.Vectors[0].View).View));
        }
    }

    [Property(MaxTest = 30)]
    public void Of_identical_tasks_only_the_truncated_residual_is_unique(int seed)
    {
        var random = new Random(seed);
        Matrix<float> vector = TestMatrices.Gaussian<float>(random.Next(6, 40), random.Next(6, 40), seed);
        Matrix<float>[] vectors = [.. Enumerable.Repeat(vector, random.Next(2, 9))];
        int rank = random.Next(1, 5);
        ThinSvd<float> svd = TestProviders.Managed.ThinSvd(vector.View).Truncate(rank);
        Matrix<double> truncated = TestMatrices.Product(TestMatrices.ScaleColumns(svd.U, svd.SingularValues.Span).View.ToMatrix<float>().View, svd.Vt.View);
        foreach (DecompositionMode mode in Modes)
        {
            var options = new SubspaceOptions { Mode = mode, Rank = new FixedRank(rank), Tau = 0.85, NullTest = false };
            Matrix<float> shared = new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors).Shared(vector.View);
            Assert.True(TestMatrices.Distance(shared.View, truncated.View) <= 1e-5 * TestMatrices.Norm(vector.View));
        }
    }

    [Property(MaxTest = 30)]
    public void The_mean_does_not_depend_on_the_order_of_tasks(int seed)
    {
        IReadOnlyList<Matrix<float>> vectors = AnyVectors(new Random(seed), seed);
        var options = new SubspaceOptions { Mode = DecompositionMode.Mean, Rank = new FractionRank(0.3), Cut = 0.55, NullTest = false };
        var decomposer = new MatrixDecomposer(TestProviders.Managed, options);
        SharedSubspace forward = decomposer.Decompose(vectors).Columns!;
        SharedSubspace backward = decomposer.Decompose([.. vectors.Reverse()]).Columns!;
        for (int index = 0; index < forward.Eigenvalues.Count; index++)
        {
            Assert.Equal(forward.Eigenvalues[index], backward.Eigenvalues[index], 1e-12);
        }

        bool isClear = forward.Eigenvalues.All(value => Math.Abs(value - options.Cut!.Value) > 1e-6);
        Assert.True(!isClear || TestMatrices.ProjectorDistance(forward.Basis.View, backward.Basis.View) <= 1e-6);
    }

    [Property(MaxTest = 40)]
    public void Sweep_and_product_are_the_same_for_two_tasks(int seed)
    {
        var random = new Random(seed);
        Matrix<double>[] vectors = [TestMatrices.Gaussian<double>(20, 14, seed), TestMatrices.Gaussian<double>(20, 14, seed + 1)];
        var sweep = new SubspaceOptions { Mode = DecompositionMode.Sweep, Rank = new FixedRank(random.Next(1, 9)), Cut = 0.5, NullTest = false };
        SharedSubspace expected = new MatrixDecomposer(TestProviders.Managed, sweep).Decompose(vectors).Columns!;
        SharedSubspace actual = new MatrixDecomposer(TestProviders.Managed, sweep with { Mode = DecompositionMode.Product }).Decompose(vectors).Columns!;
        Assert.Equal(expected.Dimension, actual.Dimension);

        // F64: eigenvectors are right to the rounding over the gaps between eigenvalues.
        Assert.True(TestMatrices.ProjectorDistance(expected.Basis.View, actual.Basis.View) <= 1e-9);
        Assert.Equal(0, expected.Eigenvalues.Zip(actual.Eigenvalues, (left, right) => Math.Abs(left - right)).Max(), 1e-12);
    }

    [Property(MaxTest = 30)]
    public void Merging_with_equal_coefficients_is_plain_addition(int seed)
    {
        (IReadOnlyList<Matrix<float>> vectors, MatrixDecomposition<float> decomposition) = Any(seed);
        Matrix<float> merged = decomposition.Merge(vectors, 0.5, 0.5);
        Matrix<float> sum = vectors.Aggregate((left, right) => Add(left, right));
        Assert.True(TestMatrices.Distance(merged.View, Half(sum).View) <= 1e-6 * vectors.Sum(vector => TestMatrices.Norm(vector.View)));
    }

    private static (IReadOnlyList<Matrix<float>> Vectors, MatrixDecomposition<float> Decomposition) Any(int seed)
    {
        var random = new Random(seed);
        IReadOnlyList<Matrix<float>> vectors = AnyVectors(random, seed);
        var options = new SubspaceOptions
        {
            Mode = Modes[random.Next(Modes.Length)],
            Sides = Sides[random.Next(Sides.Length)],
            Rank = new[] { RankRule.Parse("auto"), RankRule.Parse("numerical"), RankRule.Parse("energy:0.7"), RankRule.Parse("rank:4"), RankRule.Parse("fraction:0.3") }[random.Next(5)],
            Sharing = random.Next(4) == 0 ? new SharedByPairs() : Sharing.All,
            Cut = random.NextDouble(),
            NullTest = false,
        };
        return (vectors, new MatrixDecomposer(TestProviders.Managed, options).Decompose(vectors));
    }

    private static IReadOnlyList<Matrix<float>> AnyVectors(Random random, int seed)
    {
        int tasks = random.Next(2, 9);
        (int rows, int columns) = (random.Next(1, 40), random.Next(1, 40));
        int common = random.Next(0, Math.Min(rows, columns) / 2);
        return random.Next(2) == 0
            ? [.. Enumerable.Range(0, tasks).Select(task => TestMatrices.Gaussian<float>(rows, columns, seed + task))]
            : PlantedVectors<float>.Create(seed, tasks, rows, columns, common, random.Next(0, Math.Min(rows, columns) - common), isOrthogonal: false).Vectors;
    }

    private static Matrix<float> Add(Matrix<float> left, Matrix<float> right) =>
        Matrix.Wrap<float>([.. left.Elements.ToArray().Zip(right.Elements.ToArray(), (a, b) => a + b)], left.Rows, left.Columns);

    private static Matrix<float> Half(Matrix<float> matrix) => Matrix.Wrap(Array.ConvertAll(matrix.Elements.ToArray(), value => value / 2), matrix.Rows, matrix.Columns);

    private static double Dot(Matrix<float> left, Matrix<float> right) =>
        left.Elements.ToArray().Zip(right.Elements.ToArray(), (a, b) => (double)a * b).Sum();
}
