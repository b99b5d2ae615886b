using TaskVectors.Models.Data;

namespace TaskVectors.Models.Training;

/// <summary>Which examples a step sees: the epochs' orders one after the other, cut into batches. It depends on the parts' sizes and shares, seed and step alone.</summary>
internal sealed class BatchOrder
{
    private readonly int _count;
    private readonly int _batchSize;
    private readonly ulong _seed;
    private readonly EpochMixture? _mixture;
    private int[] _order = [];
    private int _epoch = -1;

    public BatchOrder(int count, int batchSize, ulong seed) => (_count, _batchSize, _seed) = (count, batchSize, seed);

    public BatchOrder(ITrainingData data, int batchSize, ulong seed)
        : this(data.Count, batchSize, seed) => _mixture = data is IMixedTrainingData { Parts.Count: > 1 } mixed ? new EpochMixture(mixed.Parts, seed) : null;

    /// <summary>The examples of a step.</summary>
    /// <param name="step">Counted from 0.</param>
    public int[] At(int step)
    {
        int[] indices = new int[_batchSize];
        for (int i = 0; i < _batchSize; i++)
        {
            (long epoch, long place) = Math.DivRem(((long)step * _batchSize) + i, _count);
            if (epoch != _epoch)
            {
                _epoch = checked((int)epoch);
                int[] order = SeededOrder.Shuffle(_count, _seed, _epoch);
                _order = _mixture is null ? order : _mixture.Arrange(_epoch, order);
            }

            indices[i] = _order[place];
        }

        return indices;
    }
}
