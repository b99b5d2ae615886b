using TaskVectors.LinearAlgebra;

namespace TaskVectors.Models.Autograd;

/// <summary>A matrix within a tensor: row-major with a leading dimension, or the transpose of such a matrix.</summary>
/// <param name="Tensor">Whose memory.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Rows">Rows as stored.</param>
/// <param name="Columns">Columns as stored.</param>
/// <param name="Stride">Elements from one stored row to the next.</param>
/// <param name="IsTransposed">Whether the matrix meant is the transpose of what is stored.</param>
internal readonly record struct MatrixView(Tensor Tensor, int Offset, int Rows, int Columns, int Stride, bool IsTransposed = false)
{
    public ReadOnlyMatrixSpan<float> ReadOnly
    {
        get
        {
            ReadOnlyMatrixSpan<float> stored = new(Tensor.Values[Offset..], Rows, Columns, Stride);
            return IsTransposed ? stored.Transpose() : stored;
        }
    }

    public MatrixSpan<float> Writable => new(Tensor.Values[Offset..], Rows, Columns, Stride);

    public MatrixView Transposed => this with { IsTransposed = !IsTransposed };

    public static MatrixView Of(Tensor tensor, int rows, int columns, int offset = 0) => new(tensor, offset, rows, columns, columns);
}
