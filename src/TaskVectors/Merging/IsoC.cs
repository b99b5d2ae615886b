using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.Polar;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>Iso-C: the sum of the task vectors with a flat spectrum.</summary>
internal sealed class IsoC : IMergeMethod
{
    public string Name => "iso_c";

    public string Summary => "Sums the task vectors and replaces every singular value of the sum by their mean.";

    public string Formula => "tau = alpha mean(s) U V^T, U diag(s) V^T = tau_1 + ... + tau_T";

    public string Source => "Marczak et al., \"No Task Left Behind: Isotropic Model Merging with Common and Task-Specific Subspaces\", ICML 2025";

    public IReadOnlyList<MergeParameter> Parameters => [SpectralParameters.Alpha, SpectralParameters.Cap, SpectralParameters.Precision, SpectralParameters.Exclude];

    public MergeKernel CreateKernel(MergeArguments arguments) => new Kernel(arguments);

    private sealed class Kernel(MergeArguments arguments) : SpectralKernel(arguments)
    {
        protected override long MatrixBytes(long rows, long columns, int vectors, int threads) =>
            SpectralMemory.Matrix(rows, columns) + SpectralMemory.Svd(rows, columns);

        protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context)
        {
            if (tasks.IsFast && TryFast(tasks, context) is { } fast)
            {
                return fast;
            }

            Matrix<double> total = tasks.Sum();
            ThinSvd<double> sum = tasks.Leading(total, tasks.SmallerSide, tasks.BoundOfSum());
            if (sum.Count == 0)
            {
                return Matrix.Zero<double>(tasks.Rows, tasks.Columns);
            }

            double flat = Spectrum.Mean(sum.SingularValues.Span);
            double[] values = [.. Enumerable.Repeat(flat, sum.Count)];
            return SingularBlocks.Compose(context, sum.U, values, sum.Vt);
        }

        // U V^T is the polar factor P of A, and the sum of singular values its inner product with A: tr(P^T A) = tr((A^T A)^(1/2)).
        private static Matrix<double>? TryFast(TaskMatrices tasks, MergeContext context)
        {
            using var scratch = new ScratchMatrices();
            MatrixSpan<float> total = scratch.Rent(tasks.Rows, tasks.Columns);
            MatrixSpan<float> polar = scratch.Rent(tasks.Rows, tasks.Columns);
            tasks.Sum(total.Elements);
            MatrixChecks.RequireFinite<float>(total);
            if (!RationalPolar.TryPolarFactor(context.LinearAlgebra, total, polar, CancellationToken.None))
            {
                if (GramPolar.TryPolarFactor<float>(context.LinearAlgebra, total, CancellationToken.None) is not { } other)
                {
                    return null;
                }

                polar = other.Target;
            }

            double flat = MatrixNorms.Inner(polar.Elements, total.Elements) / tasks.SmallerSide;
            double[] merged = GC.AllocateUninitializedArray<double>(polar.Elements.Length);
            MatrixLayout.Convert<float, double>(polar.Elements, merged);
            SingularBlocks.Scale<double>(merged, flat);
            return Matrix.Wrap(merged, tasks.Rows, tasks.Columns);
        }
    }
}
