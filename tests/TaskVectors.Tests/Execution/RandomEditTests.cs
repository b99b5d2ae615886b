using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

/// <summary>Edits of random models equal a plain computation in float64.</summary>
public class RandomEditTests
{
    private static readonly DType[] Types = [DType.F64, DType.F32, DType.F16, DType.BF16, DType.F8_E4M3, DType.F8_E5M2];

    [Property(MaxTest = 40)]
    public Property An_edit_equals_the_float64_sum_rounded_to_its_dtype() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => Check(new Random(seed)).GetAwaiter().GetResult());

    private static async Task Check(Random random)
    {
        using var sandbox = new EditSandbox();
        DType dtype = Types[random.Next(Types.Length)];
        int models = random.Next(2, 5);
        int[] sizes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Size(random))];
        double[] coefficients = [.. Enumerable.Range(0, models).Select(_ => Coefficient(random))];
        Checkpoint[] checkpoints = [.. Enumerable.Range(0, models).Select(model => sandbox.Model(
            $"m{model}", [.. sizes.Select((size, tensor) => ($"t{tensor}", dtype, TestModel.Numbers(random.Next(), size)))]))];
        Checkpoint edited = Checkpoint.WeightedSum([.. coefficients.Zip(checkpoints)]);
        EditOptions options = EditOptions.Default with { Threads = random.Next(1, 5), Memory = EditOptions.MinimumMemory << random.Next(3) };
        Checkpoint written = await sandbox.Save(edited, options: options);

        for (int tensor = 0; tensor < sizes.Length; tensor++)
        {
            double[][] inputs = [.. checkpoints.Select(checkpoint => TestModel.Values(checkpoint, $"t{tensor}"))];
            double[] actual = TestModel.Values(written, $"t{tensor}");
            Assert.Equal(sizes[tensor], actual.Length);
            for (int element = 0; element < actual.Length; element++)
            {
                double sum = 0;
                double magnitude = 0;
                for (int model = 0; model < models; model++)
                {
                    sum += coefficients[model] * inputs[model][element];
                    magnitude += Math.Abs(coefficients[model] * inputs[model][element]);
                }

                RequireNearest(dtype, sum, magnitude, actual[element]);
            }
        }
    }

    // The order of the naive sum's roundings is its own, so it may be off by a few units of its last place (of the 24 bits that sums of
    // small floats are kept to); what was written must be the nearest value of something that near.
    private static void RequireNearest(DType dtype, double sum, double magnitude, double actual)
    {
        double slack = magnitude * Math.Pow(2, dtype is DType.F64 or DType.F32 ? -50 : -22);
        double[] ends = [sum - slack, sum + slack];
        double[] rounded = new double[2];
        TensorConverter.Decode(dtype, TestModel.Encode(dtype, ends).Span, rounded);
        Assert.InRange(actual, rounded[0], rounded[1]);
    }

    // Sizes from 0 to 5000, the borders of blocks (2048 elements) more often than others.
    private static int Size(Random random) => random.Next(4) switch
    {
        0 => Math.Clamp((2_048 * random.Next(3)) + random.Next(-1, 2), 0, 5_000),
        1 => random.Next(0, 20),
        _ => random.Next(0, 5_001),
    };

    private static double Coefficient(Random random) => random.Next(4) switch
    {
        0 => random.Next(-2, 3),
        _ => (random.NextDouble() * 3) - 1.5,
    };
}
