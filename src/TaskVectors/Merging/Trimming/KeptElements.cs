using System.Numerics;

namespace TaskVectors.Merging.Trimming;

/// <summary>Which elements of a tensor trimming kept, for each model: found chunk by chunk, looked up anywhere.</summary>
internal sealed class KeptElements
{
    // Larger tensors are trimmed again instead.
    private const long LargestTensor = 1L << 25;

    private readonly List<KeptBits[]> _chunks = [];

    /// <summary>Whether a tensor is small enough.</summary>
    public static bool IsFor(MergeTensor tensor) => tensor.Shape.ElementCount <= LargestTensor;

    /// <summary>An upper estimate of the memory taken: the bits, and the room that arrays grow by.</summary>
    public static long BytesFor(MergeTensor tensor, int models) => IsFor(tensor) ? models * ((tensor.Shape.ElementCount / 4) + (16 * 1024)) : 0;

    /// <summary>Adds the next chunk, with bits for each model.</summary>
    public void Add(KeptBits[] chunk) => _chunks.Add(chunk);

    /// <summary>Sets to zero what was not kept of one model in a block and multiplies the rest.</summary>
    public void Scale<T>(MergeBlock<T> block, int model, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // All chunks but the last are equally long.
        long length = _chunks[0][model].Count;
        for (int start = 0; start < block.Count;)
        {
            long element = block.First + start;
            int offset = (int)(element % length);
            int count = (int)Math.Min(block.Count - start, length - offset);
            _chunks[(int)(element / length)][model].Scale(block[model].Slice(start, count), offset, factor);
            start += count;
        }
    }
}
