using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>Subspace boosting: the sum of the task vectors with its weak directions raised.</summary>
internal sealed class SubspaceBoosting : IMergeMethod
{
    private static readonly NumberParameter Beta = new("beta", "The share of the sum of all singular values after which they are raised: 0 raises all to the largest, 1 none.")
    {
        Default = 0.01,
        Minimum = 0,
        Maximum = 1,
    };

    public string Name => "subspace_boosting";

    public string Summary => "Sums the task vectors and raises the weak singular values of the sum to one of the strong ones.";

    public string Formula => "tau = alpha U diag(max(s_i, s_b)) V^T, U diag(s) V^T = tau_1 + ... + tau_T, b the first with s_1 + ... + s_b >= beta (s_1 + ... + s_r)";

    public string Source => "Skorobogat et al., \"Subspace-Boosted Model Merging\", 2025, arXiv 2506.16506";

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, Beta, SpectralParameters.ExcludeFromSum];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    private sealed class Kernel(MergeArguments arguments)
        : SpectralKernel(arguments.Get(SpectralParameters.Alpha), arguments.Get(SpectralParameters.ExcludeFromSum), RankCap.Adapter)
    {
        private readonly double _beta = arguments.Get(Beta);

        protected override long MatrixBytes(long rows, long columns, int vectors, int threads) =>
            (2 * SpectralMemory.Matrix(rows, columns)) + SpectralMemory.Svd(rows, columns);

        // Task arithmetic, which adds, is what is boosted.
        protected override double ShareOfOthers(int tasks) => 1;

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context)
        {
            ThinSvd<double> sum = tasks.Leading(tasks.Sum(), tasks.SmallerSide, tasks.BoundOfSum());
            return SingularBlocks.Compose(context, sum.U, Boost(sum.SingularValues.Span), sum.Vt);
        }

        private double[] Boost(ReadOnlySpan<double> values)
        {
            double[] boosted = values.ToArray();
            if (boosted.Length > 0)
            {
                int last = Spectrum.CountFor(values, _beta * Spectrum.Sum(values)) - 1;
                boosted.AsSpan(last).Fill(values[last]);
            }

            return boosted;
        }
    }
}
