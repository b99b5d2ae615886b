using TaskVectors.LinearAlgebra;
using TaskVectors.LinearAlgebra.SingularValues;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Spectral;

/// <summary>Cuts every matrix of one task vector to its leading singular triplets; all other tensors stay as they are.</summary>
/// <param name="rankOf">The rank for a smaller side.</param>
internal sealed class TruncationKernel(Func<int, int> rankOf) : SpectralKernel(alpha: 1, exclude: [], RankCap.Adapter)
{
    protected override long MatrixBytes(long rows, long columns, int vectors, int threads) =>
        SpectralMemory.Svd(rows, columns) + SpectralMemory.Matrix(rows, columns);

    protected override Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context)
    {
        ThinSvd<double> leading = tasks.Leading(tasks.Read(0), rankOf(tasks.SmallerSide), bound: null);
        return SingularBlocks.Compose(context, leading.U, leading.SingularValues.Span, leading.Vt);
    }
}
