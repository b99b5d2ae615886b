using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>TSV-Merge: the leading singular triplets of every task, their bases made orthogonal to one another.</summary>
internal sealed class TsvM : IMergeMethod
{
    private static readonly NumberParameter RankFraction = new("rank_fraction", "How many singular triplets of each task are kept: the integer part of this fraction of the smaller side.")
    {
        DefaultShare = 1,
        Minimum = 0,
        Maximum = 1,
        IsMinimumExcluded = true,
    };

    public string Name => "tsvm";

    public string Summary => "Keeps the leading singular vectors of every task and makes them orthogonal to those of the others.";

    public string Formula => "tau = alpha P([U_1 ... U_T]) diag(s_1 ... s_T) P([V_1 ... V_T])^T, U_t diag(s_t) V_t^T the leading rank_fraction min(m, n) triplets of tau_t, P the orthogonal polar factor";

    public string Source => "Gargiulo et al., \"Task Singular Vectors: Reducing Task Interference in Model Merging\", CVPR 2025";

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, RankFraction, SpectralParameters.Cap, SpectralParameters.Precision, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    private sealed class Kernel(MergeArguments arguments) : SpectralKernel(arguments)
    {
        private readonly double _fraction = arguments.Get(RankFraction);

        protected override long MatrixBytes(long rows, long columns, int vectors, int threads)
        {
            long joined = vectors * (long)(Math.Min(rows, columns) * _fraction);
            return SpectralMemory.Matrix(rows + columns, joined) + Math.Max(threads * SpectralMemory.Svd(rows, columns), SpectralMemory.Whitening(rows, columns, joined));
        }

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context) =>
            tasks.IsFast ? MergeIn<float>(tasks, context) : MergeIn<double>(tasks, context);

        private Matrix<double> MergeIn<T>(TaskMatrices tasks, MergeContext context)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            int rank = (int)(tasks.SmallerSide * _fraction);
            ThinSvd<T>[] leading = context.ForEach(tasks.Count, task => tasks.Leading(tasks.Read<T>(task), rank, tasks.BoundOf(task)));
            return SingularBlocks.Whiten(context, tasks.Rows, tasks.Columns, leading, value => value, tasks.Precision);
        }
    }
}
