using TaskVectors.Checkpoints.Statistics;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;
using TaskVectors.Merging.Statistics;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>RegMean: the linear layer whose outputs on the inputs of all tasks are nearest to those of each task's own layer.</summary>
internal sealed class RegMean : IMergeMethod
{
    private static readonly StatisticsParameter Statistics = new(StatisticsKind.Gram, "The Gram matrices of the inputs of the model's linear layers.") { IsPerModel = true };

    private static readonly NumberParameter Weight = new("weight", "The importance of the model, which its Gram matrices are multiplied by.") { Default = 1, Minimum = 0, IsPerModel = true };

    private static readonly NumberParameter Alpha = new("alpha", "What Gram matrices are multiplied by outside of their diagonals.") { Default = 0.9, Minimum = 0, Maximum = 1 };

    private static readonly NumberParameter Cutoff = new("cutoff", "Directions of the inputs with less than this share of energy, each input scaled to 1, keep the weighted mean.")
    {
        Default = 1e-7,
        Minimum = 1e-14,
        Maximum = 1,
    };

    public string Name => "regmean";

    public string Summary => "Finds for each linear layer the weights whose outputs are nearest to those of each model on that model's own inputs, from Gram matrices of the inputs.";

    public string Formula => "W = (sum_i weight_i W_i G_i) (sum_i weight_i G_i)^-1, G_i = alpha X_i^T X_i / n_i + (1 - alpha) diag(X_i^T X_i / n_i); (sum_i weight_i theta_i) / (sum_i weight_i) elsewhere";

    public string Source => "Jin et al., \"Dataless Knowledge Fusion by Merging Weights of Language Models\", ICLR 2023, arXiv 2212.09849";

    public BaseRole Base => BaseRole.Unused;

    public IReadOnlyList<MergeParameter> Parameters => [Statistics, Weight, Alpha, Cutoff];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double[] weights = [.. Enumerable.Range(0, arguments.VectorCount).Select(model => arguments.Get(Weight, model))];
        double divisor = VectorSum.Divisor(this, weights);
        return new Kernel([.. weights.Select(weight => weight / divisor)], arguments.Get(Alpha), arguments.Get(Cutoff));
    }

    private sealed class Kernel(double[] weights, double alpha, double cutoff) : MatrixKernel
    {
        public override long WorkingBytes(MergeUnit unit, int vectors, int threads)
        {
            MergeTensor tensor = unit.Tensors[0];
            long matrix = SpectralMemory.Matrix(tensor.Rows, tensor.Columns);
            return tensor.StatisticsOrder == 0 ? 3 * matrix : (5 * matrix) + (6 * SpectralMemory.Matrix(tensor.StatisticsOrder, tensor.StatisticsOrder));
        }

        public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
        {
            Matrix<double> mean = Mean(vectors);
            if (vectors.HasStatistics())
            {
                new RegressionMean(vectors, weights, alpha, cutoff, context).AddTo(mean);
            }

            return [mean];
        }

        // The first model and the weighted differences to it, so that what models agree on stays as it is.
        private Matrix<double> Mean(IUnitVectors vectors)
        {
            Matrix<double> first = vectors.Read(0);
            Span<double> mean = vectors.VectorCount == 1 ? [] : new double[first.Elements.Length];
            for (int model = 1; model < vectors.VectorCount; model++)
            {
                ReadOnlySpan<double> values = vectors.Read(model).Elements;
                for (int index = 0; index < mean.Length; index++)
                {
                    mean[index] = Math.FusedMultiplyAdd(weights[model], values[index] - first.Elements[index], mean[index]);
                }
            }

            Span<double> target = first.Target.Elements;
            for (int index = 0; index < mean.Length; index++)
            {
                target[index] = mean[index] == 0 ? target[index] : target[index] + mean[index];
            }

            return first;
        }
    }
}
