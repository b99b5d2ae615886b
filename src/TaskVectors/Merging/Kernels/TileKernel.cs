using TaskVectors.Tensors;

namespace TaskVectors.Merging.Kernels;

/// <summary>A kernel that merges blocks of elements, whole rows at most. It holds no state, so that blocks can be merged in any order and on any thread.</summary>
public abstract class TileKernel : MergeKernel
{
    private protected TileKernel()
    {
    }

    /// <summary>Whether a block must hold whole rows (<see cref="MergeTensor.RowLength"/>); else it holds any run of elements.</summary>
    public virtual bool NeedsRows => false;

    /// <summary>An upper estimate of the memory taken by what is known of a tensor while it is merged, in bytes.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="models">The number of models.</param>
    public virtual long StatisticBytes(MergeTensor tensor, int models) => 0;

    /// <summary>Whether blocks must hold whole rows when they are merged, and not only when they are observed.</summary>
    internal virtual bool MergesRows(MergeTensor tensor) => NeedsRows;

    /// <summary>Whether it merges and observes blocks of F32 as well, which do for models stored in 16 bits or less.</summary>
    internal virtual bool WorksInSingle => false;

    /// <summary>
    /// A coefficient for each model where the result is nothing but the sum of the models times these, so that it can be made like any other
    /// sum; else <see langword="null"/>.
    /// </summary>
    /// <param name="statistic">The finished statistics; <see langword="null"/> while there are none.</param>
    internal virtual double[]? Coefficients(TensorStatistic? statistic) => null;

    /// <summary>Merges a block of F32; see <see cref="WorksInSingle"/>.</summary>
    /// <param name="block">The values of the models; they may be overwritten.</param>
    /// <param name="statistic">The finished statistics; <see langword="null"/> for none.</param>
    /// <param name="result">Receives one number an element.</param>
    internal virtual void Merge(MergeBlock<float> block, TensorStatistic? statistic, Span<float> result) => throw new NotSupportedException();

    /// <summary>
    /// Merges a block of two models as they are stored in 16 bits, and encodes and measures the result, where that can be done in one pass with the bits of
    /// <see cref="Merge(MergeBlock{float}, TensorStatistic?, Span{float})"/>.
    /// </summary>
    /// <param name="dtype">The element type of models and result.</param>
    /// <param name="block">The stored tensors.</param>
    /// <param name="first">The index in the block of the first model.</param>
    /// <param name="second">The index of the second.</param>
    /// <param name="destination">Receives the codes.</param>
    /// <param name="statistics">What was measured.</param>
    /// <returns>Whether it was done.</returns>
    internal virtual bool TryMergePair(DType dtype, LinearBlock block, int first, int second, Span<byte> destination, out EditStatistics statistics)
    {
        statistics = default;
        return false;
    }

    /// <summary>
    /// Merges some elements of a block once more in F64, with the choices that were made in F32: where the result nearly cancels with the base, the rounding of
    /// F32 would show.
    /// </summary>
    /// <param name="merged">The block as <see cref="Merge(MergeBlock{float}, TensorStatistic?, Span{float})"/> has left it.</param>
    /// <param name="places">The elements.</param>
    /// <param name="exact">The values of the models at these elements; they may be overwritten.</param>
    /// <param name="statistic">The finished statistics; <see langword="null"/> for none.</param>
    /// <param name="result">Receives one number for each of them.</param>
    internal abstract void MergeExactly(MergeBlock<float> merged, ReadOnlySpan<int> places, MergeBlock<double> exact, TensorStatistic? statistic, Span<double> result);
}
