using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Trimming;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Merging;

/// <summary>Draws that another program has made, in place of random ones.</summary>
/// <param name="keeps">For a tensor and the index of a model: which elements are kept.</param>
internal sealed class RecordedDraws(Func<string, int, bool[]> keeps) : IKeepDraws
{
    public void Draw(MergeTensor tensor, int model, PhiloxKey key, double density, long first, int count, Span<ulong> kept)
    {
        bool[] recorded = keeps(tensor.Name, model);
        Assert.Equal(tensor.Shape.ElementCount, recorded.Length);
        kept.Clear();
        for (int index = 0; index < count; index++)
        {
            kept[index / 64] |= recorded[first + index] ? 1UL << (index % 64) : 0;
        }
    }
}
