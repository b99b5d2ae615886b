using System.Runtime.InteropServices;
using TaskVectors.LinearAlgebra;
using TaskVectors.Merging;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Decompose;

/// <summary>The task vectors of one matrix, read from the set's files when they are asked for.</summary>
internal sealed class UnitVectors(VectorSet set, string folder, VectorMatrix matrix) : IUnitVectors
{
    public MergeUnit Unit { get; } = new([new MergeTensor(matrix.Name, new TensorShape(matrix.Rows, matrix.Columns))]);

    public int VectorCount => set.Tasks;

    public Matrix<double> Read(int vector, int tensor = 0)
    {
        Matrix<float> stored = VectorSet.Read(folder, matrix, vector);
        double[] values = GC.AllocateUninitializedArray<double>(stored.Elements.Length);
        TensorConverter.Decode(DType.F32, MemoryMarshal.AsBytes(stored.Elements), values);
        return Matrix.Wrap(values, matrix.Rows, matrix.Columns);
    }

    public int? RankBound(int vector, int tensor = 0) => null;
}
