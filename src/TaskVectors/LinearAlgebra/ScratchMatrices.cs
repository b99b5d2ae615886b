using System.Buffers;

namespace TaskVectors.LinearAlgebra;

/// <summary>Matrices over rented memory, given back together: fresh memory costs more than most of what is done in it.</summary>
internal sealed class ScratchMatrices : IDisposable
{
    private readonly List<float[]> _rented = [];

    /// <summary>A matrix of undefined elements.</summary>
    public MatrixSpan<float> Rent(int rows, int columns)
    {
        int count = MatrixLayout.Count(rows, columns);
        float[] elements = ArrayPool<float>.Shared.Rent(count);
        _rented.Add(elements);
        return new MatrixSpan<float>(elements.AsSpan(0, count), rows, columns);
    }

    public void Dispose()
    {
        foreach (float[] elements in _rented)
        {
            ArrayPool<float>.Shared.Return(elements);
        }

        _rented.Clear();
    }
}
