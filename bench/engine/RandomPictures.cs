using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>Grey pictures of 28 x 28 random samples in ten classes, in memory.</summary>
internal sealed class RandomPictures : IImageDataset
{
    private const int Side = 28;
    private readonly byte[] _samples;

    public RandomPictures(int count)
    {
        Count = count;
        _samples = new byte[count * Side * Side];
        new Random(1).NextBytes(_samples);
    }

    public int Count { get; }

    public IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, 10).Select(label => $"class {label}")];

    public int LabelOf(int index) => _samples[index * Side * Side] % ClassNames.Count;

    public PixelImage ImageOf(int index) => new(Side, Side, 1, _samples.AsSpan(index * Side * Side, Side * Side).ToArray());
}
