using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Orientation;

/// <summary>The values of a unit with every matrix turned to [out, rest].</summary>
internal sealed class OutputsFirstVectors : IUnitVectors
{
    private readonly IUnitVectors _stored;
    private readonly Lazy<Matrix<double>>[][] _turned;

    private OutputsFirstVectors(IUnitVectors stored)
    {
        _stored = stored;
        Unit = Turn(stored.Unit);
        _turned = [.. Unit.Tensors.Select((_, tensor) => Enumerable.Range(0, VectorCount).Select(vector => new Lazy<Matrix<double>>(() => Read(vector, tensor))).ToArray())];
    }

    public MergeUnit Unit { get; }

    public int VectorCount => _stored.VectorCount;

    /// <summary>The same values where the outputs are first already.</summary>
    public static IUnitVectors Of(IUnitVectors stored) => stored.Unit.Tensors.Any(tensor => tensor.AreOutputsLast) ? new OutputsFirstVectors(stored) : stored;

    /// <summary>The unit as it would be stored with the outputs first.</summary>
    public static MergeUnit Turn(MergeUnit unit) => new([.. unit.Tensors.Select(tensor => tensor.WithOutputsFirst())]);

    public Matrix<double> Read(int vector, int tensor = 0)
    {
        Matrix<double> stored = _stored.Read(vector, tensor);
        return _stored.Unit.Tensors[tensor].AreOutputsLast ? stored.Transpose().ToMatrix() : stored;
    }

    public void Read(int vector, int tensor, long start, Span<double> destination)
    {
        if (_stored.Unit.Tensors[tensor].AreOutputsLast)
        {
            _turned[tensor][vector].Value.Elements.Slice((int)start, destination.Length).CopyTo(destination);
        }
        else
        {
            _stored.Read(vector, tensor, start, destination);
        }
    }

    public int? RankBound(int vector, int tensor = 0) => _stored.RankBound(vector, tensor);
}
