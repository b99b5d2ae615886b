using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Spectral;

/// <summary>
/// A kernel that decomposes matrices: tensors of two dimensions that no pattern excludes, embeddings among them. All others (biases, norms,
/// convolutions of four dimensions) become the mean of the task vectors, as in the authors' code, or their sum. Everything is scaled by alpha.
/// </summary>
internal abstract class SpectralKernel(
    double alpha, ImmutableArray<NamePattern> exclude, RankCap cap, SpectralPrecision precision = SpectralPrecision.Exact) : MatrixKernel
{
    /// <summary>A kernel of a method that has the common parameters.</summary>
    protected SpectralKernel(MergeArguments arguments)
        : this(arguments.Get(SpectralParameters.Alpha), arguments.Get(SpectralParameters.Exclude), arguments.Get(SpectralParameters.Cap), arguments.Get(SpectralParameters.Precision))
    {
    }

    /// <inheritdoc/>
    public sealed override long WorkingBytes(MergeUnit unit, int vectors, int threads)
    {
        MergeTensor tensor = unit.Tensors[0];
        return IsDecomposed(tensor)
            ? MatrixBytes(tensor.Rows, tensor.Columns, vectors, Math.Min(threads, vectors))
            : 2 * SpectralMemory.Matrix(tensor.Rows, tensor.Columns);
    }

    /// <inheritdoc/>
    public sealed override IReadOnlyList<Matrix<double>> Merge(IUnitVectors vectors, MergeContext context)
    {
        var tasks = new TaskMatrices(vectors, context, cap, precision);
        bool isDecomposed = IsDecomposed(vectors.Unit.Tensors[0]) && tasks.SmallerSide > 0;
        Matrix<double> merged = isDecomposed ? MergeMatrix(tasks, context) : tasks.Sum();
        SingularBlocks.Scale(merged.Target.Elements, isDecomposed ? alpha : alpha * ShareOfOthers(tasks.Count));
        return [merged];
    }

    /// <summary>An upper estimate of the memory that <see cref="MergeMatrix"/> takes.</summary>
    protected abstract long MatrixBytes(long rows, long columns, int vectors, int threads);

    /// <summary>Merges one matrix; alpha is applied by the caller.</summary>
    protected abstract Matrix<double> MergeMatrix(TaskMatrices tasks, MergeContext context);

    /// <summary>What each of the task vectors counts in tensors that are not decomposed; alpha is applied by the caller.</summary>
    protected virtual double ShareOfOthers(int tasks) => 1.0 / tasks;

    private bool IsDecomposed(MergeTensor tensor) => tensor.IsMatrix && !exclude.Any(pattern => pattern.Matches(tensor.Name));
}
