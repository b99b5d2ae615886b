using TaskVectors.LinearAlgebra;

namespace TaskVectors.Merging.Interference;

/// <summary>
/// Steps down the interference from the sum by Adam with the usual decays .9 and .999 and epsilon 1e-8. Source: Kingma and Ba, "Adam: A Method for Stochastic
/// Optimization", ICLR 2015, algorithm 1.
/// </summary>
internal static class AdamSteps
{
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.999;
    private const double Epsilon = 1e-8;

    /// <summary>The matrix after a number of steps.</summary>
    public static Matrix<double> Minimize(InterferenceLoss loss, int steps, double rate)
    {
        Matrix<double> merged = Matrix.Wrap(loss.Sum.Elements.ToArray(), loss.Sum.Rows, loss.Sum.Columns);
        Matrix<double> gradient = Matrix.Zero<double>(merged.Rows, merged.Columns);
        double[] first = new double[merged.Elements.Length];
        double[] second = new double[merged.Elements.Length];
        for (int step = 1; step <= steps; step++)
        {
            loss.HalfGradient(merged, gradient);
            double length = rate / (1 - Math.Pow(FirstDecay, step));
            double correction = Math.Sqrt(1 - Math.Pow(SecondDecay, step));
            Move(merged.Target.Elements, gradient.Elements, first, second, length, correction);
        }

        return merged;
    }

    private static void Move(Span<double> values, ReadOnlySpan<double> halfGradient, double[] first, double[] second, double length, double correction)
    {
        for (int index = 0; index < values.Length; index++)
        {
            double gradient = 2 * halfGradient[index];
            first[index] = (FirstDecay * first[index]) + ((1 - FirstDecay) * gradient);
            second[index] = (SecondDecay * second[index]) + ((1 - SecondDecay) * gradient * gradient);
            values[index] -= length * first[index] / ((Math.Sqrt(second[index]) / correction) + Epsilon);
        }
    }
}
