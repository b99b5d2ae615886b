using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging.Knots;

/// <summary>
/// KnOTS with addition inside: U sum_t S V_t^T is the sum of the task vectors, so that no basis is computed; task arithmetic on weights and biases.
/// </summary>
internal sealed class LinearKnotsKernel(KnotsAggregate aggregate, double scale) : MatrixKernel
{
    public override long WorkingBytes(MergeUnit unit, int vectors, int threads) => 2 * SpectralMemory.Matrix(unit.Tensors[0].Rows, unit.Tensors[0].Columns);

    public override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
    {
        MergeTensor tensor = vectors.Unit.Tensors[0];
        if (KnotsLayer.PartOf(tensor) == KnotsPart.None)
        {
            return [Matrix.Zero<double>(tensor.Rows, tensor.Columns)];
        }

        Matrix<double> sum = new TaskMatrices(vectors, context, RankCap.None, SpectralPrecision.Exact).Sum();
        SingularBlocks.Scale(sum.Target.Elements, aggregate == KnotsAggregate.Mean ? scale / vectors.VectorCount : scale);
        return [sum];
    }
}
