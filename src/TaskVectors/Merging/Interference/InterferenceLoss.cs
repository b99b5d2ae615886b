using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Interference;

/// <summary>
/// The interference of a merged matrix M with the tasks' matrices: L(M) = sum_t ||(M - tau_t) tau_t^T||_F^2 / ||tau_t||_F^2 = tr((M - C) G (M - C)^T) + constant, a
/// quadratic form with G = sum_t G_t, G_t = tau_t^T tau_t / ||tau_t||_F^2, and B = sum_t tau_t G_t. Its gradient is 2 (M G - B). Source: Cheng et al., "Whoever Started the Interference Should End It: Guiding
/// Data-Free Model Merging via Task Vectors", ICML 2025, section 4.
/// </summary>
internal sealed class InterferenceLoss
{
    private readonly MergeContext _context;

    /// <param name="vectors">The tasks' matrices.</param>
    /// <param name="context">What the arithmetic may use.</param>
    /// <exception cref="NonFiniteMatrixException">A value is NaN or infinite.</exception>
    public InterferenceLoss(IUnitVectors vectors, MergeContext context)
    {
        _context = context;
        MergeTensor tensor = vectors.Unit.Tensors[0];
        Sum = Matrix.Zero<double>(tensor.Rows, tensor.Columns);
        Gram = Matrix.Zero<double>(tensor.Columns, tensor.Columns);
        Weighted = Matrix.Zero<double>(tensor.Rows, tensor.Columns);
        for (int task = 0; task < vectors.VectorCount; task++)
        {
            Add(vectors.Read(task));
        }
    }

    /// <summary>The sum of the tasks' matrices.</summary>
    public Matrix<double> Sum { get; }

    /// <summary>G.</summary>
    public Matrix<double> Gram { get; }

    /// <summary>B.</summary>
    public Matrix<double> Weighted { get; }

    /// <summary>Sets a matrix to M G - B, half the gradient at M.</summary>
    public void HalfGradient(Matrix<double> merged, Matrix<double> gradient)
    {
        Weighted.Elements.CopyTo(gradient.Target.Elements);
        _context.LinearAlgebra.Multiply(1, merged.View, Gram.View, -1, gradient.Target);
    }

    private void Add(Matrix<double> task)
    {
        MatrixChecks.RequireFinite(task.View);
        ReadOnlySpan<double> values = task.Elements;
        Span<double> sum = Sum.Target.Elements;
        for (int index = 0; index < values.Length; index++)
        {
            sum[index] += values[index];
        }

        double square = Sums.BlockMath.Dot(values, values);
        if (square == 0)
        {
            return;
        }

        Matrix<double> gram = _context.LinearAlgebra.Multiply(task.Transpose(), task.View);
        Span<double> total = Gram.Target.Elements;
        ReadOnlySpan<double> own = gram.Elements;
        for (int index = 0; index < own.Length; index++)
        {
            total[index] += own[index] / square;
        }

        _context.LinearAlgebra.Multiply(1 / square, task.View, gram.View, 1, Weighted.Target);
    }
}
