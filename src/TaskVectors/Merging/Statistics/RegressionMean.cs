using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Statistics;

/// <summary>
/// The minimum of sum_i w_i |X_i (W - W_i)^T|^2 / n_i for a linear layer: W = M + (sum_i w_i (W_i - M) G_i) (sum_i w_i G_i)^-1 with M the weighted mean of the
/// W_i. In this form, nearest to the mean, models that agree give what they agree on, and in directions of the inputs that no data has the mean stays.
/// </summary>
/// <param name="vectors">The weights and Gram matrices.</param>
/// <param name="weights">The importance of each model; they sum to 1.</param>
/// <param name="alpha">What Gram matrices are multiplied by outside of their diagonals.</param>
/// <param name="cutoff">Directions with less than this share of energy count as having none.</param>
/// <param name="context">What the arithmetic may use.</param>
internal sealed class RegressionMean(IUnitVectors vectors, double[] weights, double alpha, double cutoff, MergeContext context)
{
    /// <summary>Adds to the mean what leads from it to the minimum.</summary>
    public void AddTo(Matrix<double> mean)
    {
        bool isOfRows = vectors.IsOfRows();
        int inputs = isOfRows ? mean.Rows : mean.Columns;
        int outputs = isOfRows ? mean.Columns : mean.Rows;
        if (inputs == 0 || outputs == 0)
        {
            return;
        }

        Matrix<double> residual = Matrix.Zero<double>(outputs, inputs);
        Matrix<double> sum = Matrix.Zero<double>(inputs, inputs);
        for (int model = 0; model < weights.Length; model++)
        {
            Accumulate(model, mean, isOfRows, residual, sum);
        }

        double[] scales = Scale(sum, residual);
        Solve(sum, residual);
        Add(residual, scales, mean, isOfRows);
    }

    private void Accumulate(int model, Matrix<double> mean, bool isOfRows, Matrix<double> residual, Matrix<double> sum)
    {
        Matrix<double> gram = Shrunk(vectors.ReadStatistics(model));
        Matrix<double> difference = vectors.Read(model);
        Span<double> values = difference.Target.Elements;
        for (int index = 0; index < values.Length; index++)
        {
            values[index] -= mean.Elements[index];
        }

        context.LinearAlgebra.Multiply(weights[model], isOfRows ? difference.Transpose() : difference.View, gram.View, 1, residual.Target);
        Span<double> total = sum.Target.Elements;
        for (int index = 0; index < total.Length; index++)
        {
            total[index] = Math.FusedMultiplyAdd(weights[model], gram.Elements[index], total[index]);
        }
    }

    private Matrix<double> Shrunk(Matrix<double> gram)
    {
        for (int row = 0; row < gram.Rows; row++)
        {
            Span<double> values = gram.Target.Row(row);
            double diagonal = values[row];
            for (int column = 0; column < values.Length; column++)
            {
                values[column] *= alpha;
            }

            values[row] = diagonal;
        }

        return gram;
    }

    // Every input to a mean square of 1, so that inputs of different sizes do not pass for a singular matrix; one without data takes no part.
    private static double[] Scale(Matrix<double> sum, Matrix<double> residual)
    {
        double[] scales = new double[sum.Rows];
        for (int index = 0; index < scales.Length; index++)
        {
            double square = sum[index, index];
            scales[index] = double.IsNaN(square) ? square : square > 0 ? 1 / Math.Sqrt(square) : 0;
        }

        for (int row = 0; row < sum.Rows; row++)
        {
            Span<double> values = sum.Target.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] *= scales[row] * scales[column];
            }

            values[row] = scales[row] == 0 ? 1 : values[row];
        }

        for (int row = 0; row < residual.Rows; row++)
        {
            Span<double> values = residual.Target.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] *= scales[column];
            }
        }

        return scales;
    }

    private void Solve(Matrix<double> sum, Matrix<double> residual)
    {
        Matrix<double> factor = sum.View.ToMatrix();
        Matrix<double> solution = residual.View.ToMatrix();
        if (PositiveDefiniteSystem.TrySolve(context.LinearAlgebra, factor.Target, solution.Target, cutoff))
        {
            solution.Elements.CopyTo(residual.Target.Elements);
            return;
        }

        SymmetricEigen<double> eigen = context.LinearAlgebra.SymmetricEigen(sum.View);
        Matrix<double> coordinates = context.LinearAlgebra.Multiply(residual.View, eigen.Vectors.View);
        int dropped = Divide(coordinates, eigen.Values.Span);
        context.LinearAlgebra.Multiply(1, coordinates.View, eigen.Vectors.Transpose(), 0, residual.Target);
        if (context.LinearAlgebra is FallbackLinearAlgebra log)
        {
            log.Remember(FormattableString.Invariant(
                $"The Gram matrices of '{vectors.Unit.Tensors[0].Name}' are nearly singular: the weighted mean was kept in {dropped} of {sum.Rows} directions of its inputs, of which there is no data. More examples, or a smaller alpha, determine them."));
        }
    }

    private int Divide(Matrix<double> coordinates, ReadOnlySpan<double> eigenvalues)
    {
        int dropped = 0;
        for (int column = 0; column < eigenvalues.Length; column++)
        {
            dropped += eigenvalues[column] > cutoff ? 0 : 1;
        }

        for (int row = 0; row < coordinates.Rows; row++)
        {
            Span<double> values = coordinates.Target.Row(row);
            for (int column = 0; column < values.Length; column++)
            {
                values[column] = eigenvalues[column] > cutoff ? values[column] / eigenvalues[column] : 0;
            }
        }

        return dropped;
    }

    private static void Add(Matrix<double> residual, double[] scales, Matrix<double> mean, bool isOfRows)
    {
        for (int output = 0; output < residual.Rows; output++)
        {
            ReadOnlySpan<double> values = residual.Target.Row(output);
            for (int input = 0; input < values.Length; input++)
            {
                double change = values[input] * scales[input];
                if (change != 0)
                {
                    mean.Target[isOfRows ? input : output, isOfRows ? output : input] += change;
                }
            }
        }
    }
}
