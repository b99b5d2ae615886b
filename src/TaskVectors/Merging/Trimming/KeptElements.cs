using System.Numerics;
using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Trimming;

/// <summary>Which elements of a tensor trimming kept, for each model: found chunk by chunk, looked up anywhere.</summary>
internal sealed class KeptElements : IDisposable
{
    // Larger tensors are trimmed again instead.
    private const long LargestTensor = 1L << 25;

    private readonly KeptBits[] _bits;

    /// <param name="tensor">A tensor that is small enough.</param>
    /// <param name="models">The number of models.</param>
    public KeptElements(MergeTensor tensor, int models) =>
        _bits = [.. Enumerable.Range(0, models).Select(_ => new KeptBits((int)tensor.Shape.ElementCount))];

    /// <summary>Whether a tensor is small enough.</summary>
    public static bool IsFor(MergeTensor tensor) => tensor.Shape.ElementCount <= LargestTensor;

    /// <summary>An upper estimate of the memory taken: the bits, in arrays of a power of two, and those of chunks.</summary>
    public static long BytesFor(MergeTensor tensor, int models) => IsFor(tensor) ? models * ((tensor.Shape.ElementCount / 4) + (16 * 1024)) : 0;

    /// <summary>Adds the next chunk, with bits for each model, whose room is given back.</summary>
    public void Add(KeptBits[] chunk)
    {
        for (int model = 0; model < chunk.Length; model++)
        {
            _bits[model].Append(chunk[model]);
            chunk[model].Dispose();
        }
    }

    /// <summary>Sets to zero what was not kept of one model in a block and multiplies the rest.</summary>
    public void Scale<T>(MergeBlock<T> block, int model, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _bits[model].Scale(block[model], (int)block.First, factor);

    /// <summary>Gives the room back.</summary>
    public void Dispose() => Array.ForEach(_bits, bits => bits.Dispose());
}
