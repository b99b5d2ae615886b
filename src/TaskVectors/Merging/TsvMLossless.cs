using System.Numerics;
using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>TSV-Merge without truncation: all singular triplets of every task.</summary>
internal sealed class TsvMLossless : IMergeMethod
{
    public string Name => "tsvm_lossless";

    public string Summary => "As tsvm, with all singular vectors of every task: nothing is truncated before they are made orthogonal.";

    public string Formula => "tau = alpha P([U_1 ... U_T]) diag(s_1 ... s_T) P([V_1 ... V_T])^T, U_t diag(s_t) V_t^T = tau_t, P the orthogonal polar factor";

    public string Source => "Gargiulo et al., \"Task Singular Vectors: Reducing Task Interference in Model Merging\", CVPR 2025; the variant is the authors' code";

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, SpectralParameters.Cap, SpectralParameters.Precision, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    private sealed class Kernel(MergeArguments arguments) : SpectralKernel(arguments)
    {
        protected override long MatrixBytes(long rows, long columns, int vectors, int threads)
        {
            long joined = vectors * Math.Min(rows, columns);
            return SpectralMemory.Matrix(rows + columns, joined) + Math.Max(threads * SpectralMemory.Svd(rows, columns), SpectralMemory.Whitening(rows, columns, joined));
        }

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context) =>
            tasks.IsFast ? MergeIn<float>(tasks, context) : MergeIn<double>(tasks, context);

        private static Matrix<double> MergeIn<T>(TaskMatrices tasks, MergeContext context)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ThinSvd<T>[] all = context.ForEach(tasks.Count, task => tasks.Leading(tasks.Read<T>(task), tasks.SmallerSide, tasks.BoundOf(task)));
            return SingularBlocks.Whiten(context, tasks.Rows, tasks.Columns, all, value => value, tasks.Precision);
        }
    }
}
