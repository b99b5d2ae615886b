using System.Buffers;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Merging.Kernels;

/// <summary>The values of the task vectors in a unit, read when they are asked for. Safe for concurrent calls.</summary>
public interface IUnitVectors
{
    /// <summary>The unit.</summary>
    MergeUnit Unit { get; }

    /// <summary>The number of task vectors, T.</summary>
    int VectorCount { get; }

    /// <summary>Reads a tensor of a task vector as a matrix in F64; every call reads anew.</summary>
    /// <param name="vector">The index of the task vector.</param>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    Matrix<double> Read(int vector, int tensor = 0);

    /// <summary>Reads part of a tensor of a task vector in F64.</summary>
    /// <param name="vector">The index of the task vector.</param>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    /// <param name="start">The row-major index of the first element.</param>
    /// <param name="destination">Receives the elements from there on.</param>
    void Read(int vector, int tensor, long start, Span<double> destination) =>
        Read(vector, tensor).Elements.Slice((int)start, destination.Length).CopyTo(destination);

    /// <summary>Whether there are statistics of a tensor, of all task vectors or of none.</summary>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    bool HasStatistics(int tensor = 0) => false;

    /// <summary>Whether the statistics of a tensor belong to its rows, as where weights are stored as [in, out], rather than to its columns.</summary>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    bool IsOfRows(int tensor = 0) => false;

    /// <summary>Reads the square statistics of a tensor in F64; every call reads anew.</summary>
    /// <param name="vector">The index of the task vector.</param>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    /// <exception cref="NotSupportedException">There are none.</exception>
    Matrix<double> ReadStatistics(int vector, int tensor = 0) => throw new NotSupportedException();

    /// <summary>Reads part of a tensor of every task vector and gives the sum of them, in F64.</summary>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    /// <param name="start">The row-major index of the first element.</param>
    /// <param name="destination">Receives the sums from there on.</param>
    void Sum(int tensor, long start, Span<double> destination)
    {
        destination.Clear();
        double[] values = ArrayPool<double>.Shared.Rent(destination.Length);
        for (int vector = 0; vector < VectorCount; vector++)
        {
            Span<double> read = values.AsSpan(0, destination.Length);
            Read(vector, tensor, start, read);
            for (int index = 0; index < read.Length; index++)
            {
                destination[index] += read[index];
            }
        }

        ArrayPool<double>.Shared.Return(values);
    }

    /// <summary>
    /// An upper bound of the rank of a tensor that is a product of factors, as in a LoRA adapter; <see langword="null"/> where it is stored in full.
    /// </summary>
    /// <param name="vector">The index of the task vector.</param>
    /// <param name="tensor">The index of the tensor in the unit.</param>
    int? RankBound(int vector, int tensor = 0);
}
