using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Orientation;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>Singular value calibration: the mean of the task vectors, each direction scaled by how often it was counted.</summary>
internal sealed class Svc : IMergeMethod
{
    private static readonly NumberParameter Floor = new("floor", "The least coefficient that a task counts with, alpha in the paper: the larger, the weaker directions become that few tasks use.")
    {
        Default = 0.1,
        Minimum = 0,
        IsMinimumExcluded = true,
    };

    public string Name => "svc";

    public string Summary => "Averages the task vectors and scales each singular direction of the mean by how many of the tasks have counted it.";

    public string Formula => "tau = U diag(g_r s_r) V^T, U diag(s) V^T = (lambda/T) sum_t tau_t, g_r = T / sum_t max(floor, <s_r v_r, u_r^T tau_t> / |u_r^T tau_t|^2)";

    public string Source => "Li et al., \"When Shared Knowledge Hurts: Spectral Over-Accumulation in Model Merging\", ICML 2026, arXiv 2602.05536";

    public IReadOnlyList<MergeParameter> Parameters => [SumParameters.Lambda, Floor, OutputAxisParameter.OutputAxis, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new OutputsFirstKernel(new Kernel(arguments), arguments.Get(OutputAxisParameter.OutputAxis));

    private sealed class Kernel(MergeArguments arguments) : SpectralKernel(alpha: 1, arguments.Get(SpectralParameters.Exclude), RankCap.Adapter)
    {
        private readonly double _lambda = arguments.Get(SumParameters.Lambda);
        private readonly double _floor = arguments.Get(Floor);

        protected override long MatrixBytes(long rows, long columns, int vectors, int threads) =>
            (2 * SpectralMemory.Matrix(rows, columns)) + SpectralMemory.Svd(rows, columns)
            + (threads * (SpectralMemory.Matrix(rows, columns) + SpectralMemory.Matrix(Math.Min(rows, columns), columns)));

        protected override double ShareOfOthers(int tasks) => _lambda / tasks;

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context)
        {
            Matrix<double> mean = tasks.Sum();
            SingularBlocks.Scale(mean.Target.Elements, _lambda / tasks.Count);
            ThinSvd<double> svd = tasks.Leading(mean, tasks.SmallerSide, tasks.BoundOfSum());
            double[][] counts = context.ForEach(tasks.Count, task => Counts(svd, tasks.Read(task), context));
            double[] values = svd.SingularValues.ToArray();
            for (int direction = 0; direction < values.Length; direction++)
            {
                values[direction] *= tasks.Count / counts.Sum(count => Math.Max(_floor, count[direction]));
            }

            return SingularBlocks.Compose(context, svd.U, values, svd.Vt);
        }

        // How far the answer of the mean along a direction goes along the task's own: more than 1 where other tasks have added to it.
        private static double[] Counts(ThinSvd<double> mean, Matrix<double> task, MergeContext context)
        {
            Matrix<double> answers = context.LinearAlgebra.Multiply(mean.U.Transpose(), task.View);
            double[] counts = new double[mean.Count];
            for (int direction = 0; direction < counts.Length; direction++)
            {
                ReadOnlySpan<double> answer = answers.Target.Row(direction);
                double square = Spectrum.Inner(answer, answer);
                double along = mean.SingularValues.Span[direction] * Spectrum.Inner(mean.Vt.Target.Row(direction), answer);
                counts[direction] = square > 0 ? along / square : 0;
            }

            return counts;
        }
    }
}
