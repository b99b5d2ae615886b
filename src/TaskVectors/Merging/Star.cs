using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>STAR: spectral truncation of every task, rescaled to the nuclear norm it had, and averaged.</summary>
internal sealed class Star : IMergeMethod
{
    private static readonly NumberParameter Eta = new("eta", "The share of the nuclear norm (the sum of the singular values) that the kept triplets hold at least.")
    {
        Default = 0.4,
        Minimum = 0,
        Maximum = 1,
        IsMinimumExcluded = true,
    };

    public string Name => "star";

    public string Summary => "Keeps the leading singular triplets of every task, scales them up to the nuclear norm of the whole, and averages.";

    public string Formula => "tau = alpha (1/T) sum_t c_t U_t diag(s_1 ... s_k) V_t^T, k the least rank with s_1 + ... + s_k >= eta |tau_t|_*, c_t = |tau_t|_* / (s_1 + ... + s_k)";

    public string Source => "Lee et al., \"STAR: Spectral Truncation and Rescale for Model Merging\", NAACL 2025";

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, Eta, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    private sealed class Kernel(MergeArguments arguments)
        : SpectralKernel(arguments.Get(SpectralParameters.Alpha), arguments.Get(SpectralParameters.Exclude), RankCap.Adapter)
    {
        private readonly double _eta = arguments.Get(Eta);

        // Values descend, so that k of n of them hold at least k/n of their sum.
        protected override long MatrixBytes(long rows, long columns, int vectors, int threads)
        {
            long smaller = Math.Min(rows, columns);
            long joined = vectors * Math.Min(smaller, (long)Math.Ceiling(_eta * smaller));
            return (2 * SpectralMemory.Matrix(rows + columns, joined)) + (threads * (SpectralMemory.Matrix(rows, columns) + SpectralMemory.Svd(rows, columns)));
        }

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context) =>
            SingularBlocks.Sum(context, tasks.Rows, tasks.Columns, context.ForEach(tasks.Count, task => Rescaled(tasks, task)));

        // 1/T is part of the values.
        private ThinSvd<double> Rescaled(TaskMatrices tasks, int task)
        {
            ThinSvd<double> whole = tasks.Leading(tasks.Read(task), tasks.SmallerSide, tasks.BoundOf(task));
            double norm = Spectrum.Sum(whole.SingularValues.Span);
            ThinSvd<double> kept = whole.Truncate(norm > 0 ? Spectrum.CountFor(whole.SingularValues.Span, _eta * norm) : 0);
            double factor = norm / (Spectrum.Sum(kept.SingularValues.Span) * tasks.Count);
            return kept with { SingularValues = Array.ConvertAll(kept.SingularValues.ToArray(), value => factor * value) };
        }
    }
}
