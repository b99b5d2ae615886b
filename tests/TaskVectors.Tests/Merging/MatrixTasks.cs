using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>The task vectors of one tensor, in memory, and the merge of them.</summary>
internal sealed class MatrixTasks(string name, TensorShape shape, IReadOnlyList<double[]> tasks, int? rank = null) : IUnitVectors
{
    public MergeUnit Unit { get; } = new([new MergeTensor(name, shape)]);

    public int VectorCount => tasks.Count;

    /// <summary>Matrices of full rank.</summary>
    public static MatrixTasks Dense(int rows, int columns, int count, int seed = 1) =>
        new("layer.weight", new TensorShape(rows, columns), [.. Enumerable.Range(0, count).Select(task => TestModel.Numbers(seed + (31 * task), rows * columns))]);

    /// <summary>Products of factors of a rank, as adapters are.</summary>
    public static MatrixTasks LowRank(int rows, int columns, int count, int rank, int seed = 1) =>
        new("layer.weight", new TensorShape(rows, columns), [.. Enumerable.Range(0, count).Select(task => Product(TestModel.Numbers(seed + (31 * task), rows * rank), TestModel.Numbers(seed + (31 * task) + 1, rank * columns), rank))], rank);

    public MatrixTasks InOrder(params int[] order) => new(name, shape, [.. order.Select(task => tasks[task])], rank);

    public Matrix<double> Read(int vector, int tensor = 0) => Matrix.Wrap([.. tasks[vector]], Unit.Tensors[0].Rows, Unit.Tensors[0].Columns);

    public int? RankBound(int vector, int tensor = 0) => rank;

    public Matrix<double> Sum() => Matrix.Wrap([.. Enumerable.Range(0, tasks[0].Length).Select(index => tasks.Sum(task => task[index]))], Unit.Tensors[0].Rows, Unit.Tensors[0].Columns);

    public Matrix<double> Merge(string method, params MergeSetting[] settings)
    {
        IMergeMethod found = MergeMethods.Find(method);
        var arguments = MergeArguments.Bind(found, VectorCount, settings, out IReadOnlyList<MergeException> errors);
        Assert.Empty(errors);
        var kernel = (MatrixKernel)found.CreateKernel(arguments);
        var context = new MergeContext(LinearAlgebraProvider.Create(LinearAlgebraChoice.Auto, threads: 1), Threads: 2);
        for (int pass = 0; pass < kernel.SurveyPasses; pass++)
        {
            kernel.Survey(pass, this, context);
            kernel.EndSurvey(pass);
        }

        return kernel.Merge(this, context)[0];
    }

    public static double[] SingularValues(Matrix<double> matrix) =>
        LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed).ThinSvd(matrix.View).SingularValues.ToArray();

    /// <summary>Demands equality up to rounding: 1e-11 of the largest value, about 1e5 spacings for a few dozen decompositions' worth of it.</summary>
    public static void RequireClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 1e-300;
        double difference = 0;
        for (int index = 0; index < expected.Length; index++)
        {
            largest = Math.Max(largest, Math.Abs(expected[index]));
            difference = Math.Max(difference, Math.Abs(expected[index] - actual[index]));
        }

        Assert.True(difference <= 1e-11 * largest, $"off by {difference:G3} of {largest:G3}");
    }

    private static double[] Product(double[] b, double[] a, int rank)
    {
        int columns = a.Length / rank;
        return [.. Enumerable.Range(0, b.Length / rank * columns).Select(element => Enumerable.Range(0, rank).Sum(k => b[(element / columns * rank) + k] * a[(k * columns) + (element % columns)]))];
    }
}
