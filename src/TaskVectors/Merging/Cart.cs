using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>CART: the mean of the models, and what each adds to it in its leading singular directions.</summary>
internal sealed class Cart : IMergeMethod
{
    private static readonly NumberParameter Lambda = new("lambda", "Scales what the tasks add to the mean.") { Default = 1 };

    private static readonly NumberParameter RankFraction = new("rank_fraction", "How many singular triplets of each centred task vector are kept: the integer part of this fraction of the smaller side.")
    {
        Default = 0.08,
        Minimum = 0,
        Maximum = 1,
    };

    public string Name => "cart";

    public string Summary => "Averages the models and adds the leading singular directions in which each differs from the average.";

    public string Formula => "tau = m + lambda sum_t (the leading rank_fraction min(m, n) triplets of tau_t - m), m = (1/T) sum_t tau_t";

    public string Source => "Choi et al., \"Revisiting Weight Averaging for Model Merging\", 2024, arXiv 2412.12153";

    public IReadOnlyList<MergeParameter> Parameters => [Lambda, RankFraction, SpectralParameters.Precision, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    private sealed class Kernel(MergeArguments arguments)
        : SpectralKernel(alpha: 1, arguments.Get(SpectralParameters.Exclude), RankCap.Adapter, arguments.Get(SpectralParameters.Precision))
    {
        private readonly double _lambda = arguments.Get(Lambda);
        private readonly double _fraction = arguments.Get(RankFraction);

        protected override long MatrixBytes(long rows, long columns, int vectors, int threads)
        {
            long joined = vectors * (long)(Math.Min(rows, columns) * _fraction);
            return (2 * SpectralMemory.Matrix(rows + columns, joined)) + ((2 + threads) * SpectralMemory.Matrix(rows, columns)) + (threads * SpectralMemory.Svd(rows, columns));
        }

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context)
        {
            Matrix<double> mean = tasks.Sum();
            SingularBlocks.Scale(mean.Target.Elements, 1.0 / tasks.Count);
            if (tasks.IsFast)
            {
                AddDifferences<float>(tasks, mean, context);
            }
            else
            {
                AddDifferences<double>(tasks, mean, context);
            }

            return mean;
        }

        private void AddDifferences<T>(TaskMatrices tasks, Matrix<double> mean, MergeContext context)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int rank = (int)(tasks.SmallerSide * _fraction);
            ThinSvd<T>[] leading = context.ForEach(tasks.Count, task => tasks.Leading(Centred<T>(tasks, task, mean), rank, tasks.BoundOfSum()));
            Matrix<double> added = TaskMatrices.In<T, double>(SingularBlocks.Sum(context, tasks.Rows, tasks.Columns, leading));
            BlockMath.AddScaled(added.Elements, _lambda, mean.Target.Elements);
        }

        private static Matrix<T> Centred<T>(TaskMatrices tasks, int task, Matrix<double> mean)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Matrix<double> centred = tasks.Read(task);
            BlockMath.AddScaled(mean.Elements, -1, centred.Target.Elements);
            return TaskMatrices.In<double, T>(centred);
        }
    }
}
