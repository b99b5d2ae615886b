using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.OpenBlas;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging.Statistics;

/// <summary>RegMean from given Gram matrices, against what defines it.</summary>
public sealed class RegMeanTests : IDisposable
{
    private const int Outputs = 9;
    private const int Inputs = 7;

    private readonly StatisticsSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    public static TheoryData<LinearAlgebraChoice> Providers => OpenBlasLibrary.Shared is not null
        ? [LinearAlgebraChoice.Managed, LinearAlgebraChoice.OpenBlas]
        : [LinearAlgebraChoice.Managed];

    private static ILinearAlgebraProvider Provider => LinearAlgebraProvider.Create(LinearAlgebraChoice.Managed, threads: 1);

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task The_outputs_on_all_inputs_are_as_near_as_can_be_to_those_of_each_model(LinearAlgebraChoice provider)
    {
        (Checkpoint[] models, double[][] inputs) = Models(3, rows: 40);
        Checkpoint merged = await Merge(models, Grams(models, inputs), 1, provider);
        double[] actual = TestModel.Values(merged, "w");
        double least = Loss(actual, models, inputs);

        // The least-squares solution by QR of the stacked inputs, which never forms a Gram matrix.
        double[] expected = LeastSquares(models, inputs);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-10));

        // And every step away is a step up.
        for (int index = 0; index < actual.Length; index++)
        {
            foreach (double step in new[] { -1e-3, 1e-3 })
            {
                double[] moved = [.. actual];
                moved[index] += step;
                Assert.True(Loss(moved, models, inputs) > least, $"element {index}");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public async Task Off_diagonals_are_scaled_by_alpha(double alpha)
    {
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 30);
        Checkpoint merged = await Merge(models, Grams(models, inputs), alpha);
        double[,] sum = new double[Inputs, Inputs];
        double[,] right = new double[Outputs, Inputs];
        for (int model = 0; model < 2; model++)
        {
            double[] gram = Gram(inputs[model]);
            double[] weight = TestModel.Values(models[model], "w");
            for (int row = 0; row < Inputs; row++)
            {
                for (int column = 0; column < Inputs; column++)
                {
                    double value = gram[(row * Inputs) + column] * (row == column ? 1 : alpha);
                    sum[row, column] += value;
                    for (int output = 0; output < Outputs; output++)
                    {
                        right[output, column] += weight[(output * Inputs) + row] * value;
                    }
                }
            }
        }

        // W (sum G) is what the formula says, without solving anything.
        double[] actual = TestModel.Values(merged, "w");
        for (int output = 0; output < Outputs; output++)
        {
            for (int column = 0; column < Inputs; column++)
            {
                double product = Enumerable.Range(0, Inputs).Sum(row => actual[(output * Inputs) + row] * sum[row, column]);
                Assert.Equal(right[output, column], product, 1e-12);
            }
        }
    }

    [Fact]
    public async Task Weights_stored_as_inputs_by_outputs_give_the_transposed_result()
    {
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 30);
        Checkpoint[] turned = [.. models.Select((model, index) => _sandbox.Model($"turned{index}", ("w", [Inputs, Outputs], Transpose(TestModel.Values(model, "w"), Outputs, Inputs)), ("b", [Outputs], TestModel.Values(model, "b"))))];
        Checkpoint merged = await Merge(models, Grams(models, inputs), 0.9);
        Checkpoint mergedTurned = await Merge(turned, Grams(turned, inputs, inputRows: "w"), 0.9);
        Assert.All(
            Transpose(TestModel.Values(merged, "w"), Outputs, Inputs).Zip(TestModel.Values(mergedTurned, "w")), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    /// <summary>W (sum_i G_i) = sum_i W_i G_i by loops in F64: rounding of a few dozen products of numbers below 10.</summary>
    [Theory]
    [InlineData("HWIO")]
    [InlineData(null)]
    public async Task Kernels_stored_as_HWIO_are_merged_over_their_height_width_and_channels(string? layout)
    {
        const int Kernel = 2 * 2 * 3;
        const int Channels = 5;
        Dictionary<string, string>? metadata = layout is null ? null : new() { ["layout"] = layout };
        Checkpoint[] models = [.. Enumerable.Range(0, 2).Select(model => _sandbox.Model($"k{model}", metadata, ("k", [2, 2, 3, Channels], TestModel.Numbers(40 + model, Kernel * Channels))))];
        double[][] grams = [.. Enumerable.Range(0, 2).Select(model => Gram(TestModel.Numbers(50 + model, 30 * Kernel, 1 + model), Kernel))];
        Checkpoint[] statistics = [.. models.Select((model, index) => _sandbox.Statistics($"kg{index}", StatisticsKind.Gram, model, [("k", [Kernel, Kernel], grams[index])], inputRows: "k"))];
        double[] merged = TestModel.Values(await Merge(models, statistics, 1), "k");
        double[][] values = [.. models.Select(model => TestModel.Values(model, "k"))];
        for (int output = 0; output < Channels; output++)
        {
            for (int column = 0; column < Kernel; column++)
            {
                double product = Enumerable.Range(0, Kernel).Sum(row => merged[(row * Channels) + output] * (grams[0][(row * Kernel) + column] + grams[1][(row * Kernel) + column]));
                double expected = Enumerable.Range(0, 2).Sum(model => Enumerable.Range(0, Kernel).Sum(row => values[model][(row * Channels) + output] * grams[model][(row * Kernel) + column]));
                Assert.Equal(expected, product, 1e-12);
            }
        }
    }

    [Fact]
    public void A_Gram_matrix_of_another_order_than_the_inputs_of_an_HWIO_kernel_is_refused()
    {
        Checkpoint[] models = [.. Enumerable.Range(0, 2).Select(model => _sandbox.Model($"k{model}", ("k", [2, 2, 3, 5], TestModel.Numbers(40 + model, 60))))];
        Checkpoint[] statistics = [.. models.Select((model, index) => _sandbox.Statistics($"kg{index}", StatisticsKind.Gram, model, [("k", [2, 2], [1, 0, 0, 1])], inputRows: "k"))];
        Checkpoint edited = MergeMethods.Find("regmean").MergeWithStatistics(models, statistics, []);
        TaskVectorsException error = Assert.ThrowsAny<TaskVectorsException>(() => EditPlanner.Plan(edited, new OutputTarget(_sandbox["out"]), EditOptions.Default));
        Assert.Contains("those of a tensor of shape [2, 2, 3, 5] have [12, 12]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tensors_without_Gram_matrix_become_the_weighted_mean()
    {
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 30);
        Checkpoint merged = await Merge(models, Grams(models, inputs), 0.9, settings: [new("weight", "3", 1)]);
        double[] expected = [.. TestModel.Values(models[0], "b").Zip(TestModel.Values(models[1], "b"), (first, second) => (first + (3 * second)) / 4)];
        Assert.All(expected.Zip(TestModel.Values(merged, "b")), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    [Fact]
    public async Task Merging_a_model_with_itself_gives_that_model_bit_for_bit()
    {
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 30);
        Checkpoint[] same = [models[0], models[0]];
        Checkpoint merged = await Merge(same, Grams(same, inputs), 0.9);
        Assert.Equal(TestModel.Values(models[0], "w"), TestModel.Values(merged, "w"));
        Assert.Equal(TestModel.Values(models[0], "b"), TestModel.Values(merged, "b"));
    }

    [Fact]
    public async Task Equal_Gram_matrices_give_the_mean()
    {
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 30);
        Checkpoint merged = await Merge(models, Grams(models, [inputs[0], inputs[0]]), 1);
        double[] mean = [.. TestModel.Values(models[0], "w").Zip(TestModel.Values(models[1], "w"), (first, second) => (first + second) / 2)];
        Assert.All(mean.Zip(TestModel.Values(merged, "w")), pair => Assert.Equal(pair.First, pair.Second, 1e-13));
    }

    [Fact]
    public async Task Directions_that_no_data_has_keep_the_mean_and_a_warning_says_so()
    {
        // Two examples a model leave three of seven directions without data.
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 2);
        Checkpoint edited = MergeMethods.Find("regmean").MergeWithStatistics(models, Grams(models, inputs), [new("alpha", "1")]);
        var manifest = await edited.SaveAsync(_sandbox["few.safetensors"], EditOptions.Default with { OutputDType = DType.F64 });
        double[] actual = TestModel.Values(Checkpoint.Open(_sandbox["few.safetensors"]), "w");
        Assert.Contains(manifest.Warnings, warning => warning.Contains("in 3 of 7 directions", StringComparison.Ordinal));
        double[] mean = [.. TestModel.Values(models[0], "w").Zip(TestModel.Values(models[1], "w"), (first, second) => (first + second) / 2)];

        // The least change, with inputs scaled to a mean square of 1: orthogonal to directions without data, in that scale.
        double[] free = OrthogonalTo([.. inputs[0], .. inputs[1]]);
        double[] squares = [.. Enumerable.Range(0, Inputs).Select(input => Gram(inputs[0])[(input * Inputs) + input] + Gram(inputs[1])[(input * Inputs) + input])];
        for (int output = 0; output < Outputs; output++)
        {
            double along = Enumerable.Range(0, Inputs).Sum(input => (actual[(output * Inputs) + input] - mean[(output * Inputs) + input]) * free[input] * squares[input]);
            Assert.Equal(0, along, 1e-8);
        }

        // And on the inputs there are, both models are followed exactly: 4 examples, 7 unknowns an output.
        Assert.Equal(0, Loss(actual, models, inputs), 1e-12);
    }

    [Fact]
    public async Task An_input_that_is_always_zero_keeps_the_mean()
    {
        (Checkpoint[] models, double[][] inputs) = Models(2, rows: 30);
        foreach (double[] rows in inputs)
        {
            for (int index = 3; index < rows.Length; index += Inputs)
            {
                rows[index] = 0;
            }
        }

        double[] actual = TestModel.Values(await Merge(models, Grams(models, inputs), 1), "w");
        for (int output = 0; output < Outputs; output++)
        {
            int index = (output * Inputs) + 3;
            Assert.Equal((TestModel.Values(models[0], "w")[index] + TestModel.Values(models[1], "w")[index]) / 2, actual[index], 1e-15);
        }
    }

    [Fact]
    public async Task A_long_table_without_Gram_matrix_takes_no_more_memory_than_itself()
    {
        // The square of its rows would be 3 GiB.
        Checkpoint[] models = [.. Enumerable.Range(0, 2).Select(model => _sandbox.Model($"long{model}", ("embed", [20_000, 4], TestModel.Numbers(model, 80_000)), ("w", [Outputs, Inputs], TestModel.Numbers(10 + model, Outputs * Inputs))))];
        Checkpoint edited = MergeMethods.Find("regmean").MergeWithStatistics(models, Grams(models, [TestModel.Numbers(3, 70), TestModel.Numbers(4, 70)]), []);
        Checkpoint merged = await _sandbox.Save(edited, "long.safetensors", EditOptions.Default with { OutputDType = DType.F64, Memory = 64 << 20, Threads = 1 });
        Assert.Equal((TestModel.Values(models[0], "embed")[7] + TestModel.Values(models[1], "embed")[7]) / 2, TestModel.Values(merged, "embed")[7], 1e-14);
    }

    [Fact]
    public void A_positive_definite_system_is_solved_whatever_its_size()
    {
        foreach (int order in new[] { 1, 2, 63, 64, 65, 130, 200 })
        {
            double[] root = TestModel.Numbers(order, order * order);
            Matrix<double> matrix = Matrix.Zero<double>(order, order);
            Provider.Multiply(1.0 / order, Matrix.Wrap(root, order, order).View, Matrix.Wrap(root, order, order).Transpose(), 0, matrix.Target);
            for (int index = 0; index < order; index++)
            {
                matrix.Target[index, index] += 0.5;
            }

            Matrix<double> wanted = Matrix.Wrap(TestModel.Numbers(order + 1, 3 * order), 3, order);
            Matrix<double> values = Provider.Multiply(wanted.View, matrix.View);
            Assert.True(PositiveDefiniteSystem.TrySolve(Provider, matrix.View.ToMatrix().Target, values.Target, 1e-12));
            Assert.All(wanted.Elements.ToArray().Zip(values.Elements.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        }
    }

    private async Task<Checkpoint> Merge(
        Checkpoint[] models, Checkpoint[] grams, double alpha, LinearAlgebraChoice provider = LinearAlgebraChoice.Managed, MergeSetting[]? settings = null) =>
        await _sandbox.Save(
            MergeMethods.Find("regmean").MergeWithStatistics(models, grams, [new("alpha", alpha.ToString(CultureInfo.InvariantCulture)), .. settings ?? []]),
            $"{Guid.NewGuid():N}.safetensors",
            EditOptions.Default with { OutputDType = DType.F64, LinearAlgebra = provider });

    private (Checkpoint[] Models, double[][] Inputs) Models(int count, int rows) => (
        [.. Enumerable.Range(0, count).Select(model => _sandbox.Model($"m{model}", ("w", [Outputs, Inputs], TestModel.Numbers(10 + model, Outputs * Inputs)), ("b", [Outputs], TestModel.Numbers(20 + model, Outputs))))],
        [.. Enumerable.Range(0, count).Select(model => TestModel.Numbers(30 + model, rows * Inputs, 1 + model))]);

    private Checkpoint[] Grams(Checkpoint[] models, double[][] inputs, string inputRows = "") =>
        [.. models.Select((model, index) => _sandbox.Statistics($"{Guid.NewGuid():N}", StatisticsKind.Gram, model, [("w", [Inputs, Inputs], Gram(inputs[index]))], inputRows))];

    private static double[] Gram(double[] rows, int inputs = Inputs)
    {
        double[] gram = new double[inputs * inputs];
        int count = rows.Length / inputs;
        for (int row = 0; row < inputs; row++)
        {
            for (int column = 0; column < inputs; column++)
            {
                gram[(row * inputs) + column] = Enumerable.Range(0, count).Sum(example => rows[(example * inputs) + row] * rows[(example * inputs) + column]) / count;
            }
        }

        return gram;
    }

    // sum_i |X_i (W - W_i)^T|^2 / n_i.
    private static double Loss(double[] weight, Checkpoint[] models, double[][] inputs)
    {
        double loss = 0;
        for (int model = 0; model < models.Length; model++)
        {
            double[] own = TestModel.Values(models[model], "w");
            int count = inputs[model].Length / Inputs;
            for (int example = 0; example < count; example++)
            {
                for (int output = 0; output < Outputs; output++)
                {
                    double difference = Enumerable.Range(0, Inputs).Sum(input => inputs[model][(example * Inputs) + input] * (weight[(output * Inputs) + input] - own[(output * Inputs) + input]));
                    loss += difference * difference / count;
                }
            }
        }

        return loss;
    }

    private static double[] LeastSquares(Checkpoint[] models, double[][] inputs)
    {
        double[] stacked = [.. inputs.SelectMany(rows => rows)];
        int count = stacked.Length / Inputs;
        ThinQr<double> qr = Provider.ThinQr(Matrix.Wrap(stacked, count, Inputs).View);
        double[] targets = [.. models.SelectMany((model, index) => Provider.Multiply(Matrix.Wrap(inputs[index], inputs[index].Length / Inputs, Inputs).View, Matrix.Wrap(TestModel.Values(model, "w"), Outputs, Inputs).Transpose()).Elements.ToArray())];
        Matrix<double> right = Provider.Multiply(qr.Q.Transpose(), Matrix.Wrap(targets, count, Outputs).View);
        double[] solution = new double[Outputs * Inputs];
        for (int output = 0; output < Outputs; output++)
        {
            for (int input = Inputs - 1; input >= 0; input--)
            {
                double rest = right[input, output];
                for (int later = input + 1; later < Inputs; later++)
                {
                    rest -= qr.R[input, later] * solution[(output * Inputs) + later];
                }

                solution[(output * Inputs) + input] = rest / qr.R[input, input];
            }
        }

        return solution;
    }

    private static double[] OrthogonalTo(double[] rows)
    {
        int count = rows.Length / Inputs;
        Matrix<double> gram = Provider.Multiply(Matrix.Wrap(rows, count, Inputs).Transpose(), Matrix.Wrap(rows, count, Inputs).View);
        SymmetricEigen<double> eigen = Provider.SymmetricEigen(gram.View);
        return [.. Enumerable.Range(0, Inputs).Select(row => eigen.Vectors[row, Inputs - 1])];
    }

    private static double[] Transpose(double[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, columns).SelectMany(column => Enumerable.Range(0, rows).Select(row => values[(row * columns) + column]))];
}
