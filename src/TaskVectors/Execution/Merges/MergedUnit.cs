using TaskVectors.LinearAlgebra;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Execution.Merges;

/// <summary>The merged values of a unit while lanes read them.</summary>
internal sealed class MergedUnit(MergeUnit unit)
{
    private readonly Lock _lock = new();
    private readonly Matrix<double>?[] _values = new Matrix<double>?[unit.Tensors.Count];
    private readonly long[] _unread = new long[unit.Tensors.Count];
    private bool _isMerged;

    /// <summary>Merges the unit unless that has been done.</summary>
    public void Prepare(Func<IReadOnlyList<Matrix<double>>> merge)
    {
        lock (_lock)
        {
            if (!_isMerged)
            {
                Keep(merge());
            }
        }
    }

    /// <summary>The values of a tensor; whoever comes first merges the unit, others wait.</summary>
    public Matrix<double> Obtain(int tensor, Func<IReadOnlyList<Matrix<double>>> merge)
    {
        lock (_lock)
        {
            if (_values[tensor] is null)
            {
                Keep(merge());
            }

            return _values[tensor]!;
        }
    }

    /// <summary>Counts bytes read; once they are all read the values are let go.</summary>
    public void Consume(int tensor, int bytes)
    {
        lock (_lock)
        {
            _unread[tensor] -= bytes;
            if (_unread[tensor] <= 0)
            {
                _values[tensor] = null;
            }
        }
    }

    private void Keep(IReadOnlyList<Matrix<double>> merged)
    {
        _isMerged = true;
        for (int index = 0; index < _values.Length; index++)
        {
            if (_values[index] is null)
            {
                _values[index] = merged[index];
                _unread[index] = merged[index].Elements.Length * (long)sizeof(double);
            }
        }
    }
}
