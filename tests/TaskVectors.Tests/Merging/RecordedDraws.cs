using System.Numerics;
using TaskVectors.Merging;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Tests.Merging;

/// <summary>Draws that another program has made, in place of random ones.</summary>
/// <param name="keeps">For a tensor and the index of a model: which elements are kept.</param>
internal sealed class RecordedDraws(Func<string, int, bool[]> keeps) : IKeepDraws
{
    public void Apply<T>(MergeBlock<T> block, int model, double density, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool[] kept = keeps(block.Tensor.Name, model);
        Assert.Equal(block.Tensor.Shape.ElementCount, kept.Length);
        Span<T> values = block[model];
        for (int index = 0; index < values.Length; index++)
        {
            values[index] = kept[block.First + index] ? values[index] * factor : T.Zero;
        }
    }
}
