using System.Buffers;

namespace TaskVectors.Merging.Trimming;

/// <summary>Room for the ranks of one row.</summary>
internal sealed class RankedScratch : IDisposable
{
    private const int SmallestBinCount = 64;
    private const int LargestBinCount = 2048;
    private const int ElementsPerBin = 2;
    private const int WordBits = 64;

    /// <param name="length">The elements of a row.</param>
    public RankedScratch(int length)
    {
        BinCount = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(length / ElementsPerBin, 1)), SmallestBinCount, LargestBinCount);
        RandomNumbers = ArrayPool<uint>.Shared.Rent(length);
        Kept = ArrayPool<ulong>.Shared.Rent((length / WordBits) + 1);
        Bins = ArrayPool<int>.Shared.Rent(length);
        Positions = ArrayPool<int>.Shared.Rent(length + 1);
        Counts = ArrayPool<int>.Shared.Rent(BinCount + 1);
        Ends = ArrayPool<int>.Shared.Rent(BinCount);
        Sorted = ArrayPool<int>.Shared.Rent(BinCount);
        Limits = ArrayPool<uint>.Shared.Rent(BinCount + 1);
    }

    /// <summary>How many bins magnitudes are counted in; a power of two.</summary>
    public int BinCount { get; }

    /// <summary>The random number of each element.</summary>
    public uint[] RandomNumbers { get; }

    /// <summary>A bit for each element: whether it is kept.</summary>
    public ulong[] Kept { get; }

    /// <summary>The bin of each element.</summary>
    public int[] Bins { get; }

    /// <summary>A list of elements, and where bins are sorted the elements of these in order.</summary>
    public int[] Positions { get; }

    /// <summary>The number of elements in each bin, then the rank of the first; one more than bins.</summary>
    public int[] Counts { get; }

    /// <summary>The rank after the last element of bins that are sorted.</summary>
    public int[] Ends { get; }

    /// <summary>The bins that are sorted.</summary>
    public int[] Sorted { get; }

    /// <summary>What the random number of the first rank in each bin must lie below; one more than bins.</summary>
    public uint[] Limits { get; }

    public void Dispose()
    {
        ArrayPool<uint>.Shared.Return(RandomNumbers);
        ArrayPool<ulong>.Shared.Return(Kept);
        foreach (int[] array in (ReadOnlySpan<int[]>)[Bins, Positions, Counts, Ends, Sorted])
        {
            ArrayPool<int>.Shared.Return(array);
        }

        ArrayPool<uint>.Shared.Return(Limits);
    }
}
