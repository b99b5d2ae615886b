using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>
/// Compares an operation with a plain F64 implementation: its values, and its gradients along random directions with central differences of the F64
/// values. With steps of 1e-5 their error is about 1e-9; F32 leaves 1e-6 to 1e-5 of the sum of magnitudes, so the tolerance is 5e-5 of it.
/// </summary>
internal static class DerivativeCheck
{
    private const double Step = 1e-5;
    private const double ValueTolerance = 2e-5;
    private const double SlopeTolerance = 5e-5;

    public static void Run(long[][] shapes, Func<Tensor[], Tensor> operation, Func<double[][], double[]> reference, int seed = 1, double offset = 0)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = 2 });
        using TensorScope scope = context.BeginScope();
        Random random = new(seed);
        float[][] numbers = [.. shapes.Select(shape => Numbers(random, shape, offset))];
        Tensor[] inputs = [.. numbers.Zip(shapes, (values, shape) => context.Create(values, shape))];
        foreach (Tensor input in inputs)
        {
            input.RequiresGradient = true;
        }

        double[][] wide = [.. numbers.Select(values => Array.ConvertAll(values, value => (double)value))];
        Tensor output = operation(inputs);
        double[] expected = reference(wide);
        Closeness.Require(output.Values, expected, ValueTolerance, "values", leastScale: 1e-3);
        float[] cotangent = Numbers(random, [output.Count], 0);
        context.Backward(output, context.Create(cotangent, output.Count));
        for (int i = 0; i < inputs.Length; i++)
        {
            CheckInput(random, inputs[i].Gradient!.ToArray(), wide, i, point => Dot(reference(point), cotangent));
        }
    }

    private static void CheckInput(Random random, float[] gradient, double[][] point, int input, Func<double[][], double> value)
    {
        for (int direction = 0; direction < 3; direction++)
        {
            double[] way = [.. gradient.Select(_ => (random.NextDouble() * 2) - 1)];
            double difference = (value(Moved(point, input, way, Step)) - value(Moved(point, input, way, -Step))) / (2 * Step);
            double slope = Dot(way, gradient);
            double scale = Math.Max(1e-3, gradient.Zip(way, (a, b) => Math.Abs(a * b)).Sum());
            Assert.True(Math.Abs(slope - difference) <= SlopeTolerance * scale, $"input {input}: slope {slope:g6}, central difference {difference:g6}, scale {scale:g3}");
        }
    }

    private static double[][] Moved(double[][] point, int input, double[] way, double step)
    {
        double[][] moved = [.. point];
        moved[input] = [.. point[input].Zip(way, (value, direction) => value + (step * direction))];
        return moved;
    }

    private static double Dot(double[] x, float[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static float[] Numbers(Random random, long[] shape, double offset) =>
        [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)((random.NextDouble() * 2) - 1 + offset))];
}
