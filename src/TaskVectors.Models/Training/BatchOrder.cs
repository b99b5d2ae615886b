using TaskVectors.Models.Data;

namespace TaskVectors.Models.Training;

/// <summary>Which examples a step sees: the epochs' orders one after the other, cut into batches. It depends on seed and step alone.</summary>
internal sealed class BatchOrder(int count, int batchSize, ulong seed)
{
    private int[] _order = [];
    private int _epoch = -1;

    /// <summary>The examples of a step.</summary>
    /// <param name="step">Counted from 0.</param>
    public int[] At(int step)
    {
        int[] indices = new int[batchSize];
        for (int i = 0; i < batchSize; i++)
        {
            (long epoch, long place) = Math.DivRem(((long)step * batchSize) + i, count);
            if (epoch != _epoch)
            {
                _epoch = checked((int)epoch);
                _order = SeededOrder.Shuffle(count, seed, _epoch);
            }

            indices[i] = _order[place];
        }

        return indices;
    }
}
