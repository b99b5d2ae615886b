using System.Text;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>Lays out the files of a checkpoint to the byte, before any weight is known.</summary>
public static class SafetensorsLayout
{
    /// <summary>
    /// Plans the files. The order of tensors is canonical: by descending size of the dtype, then by the UTF-8 bytes of the name, so that
    /// every tensor is aligned to its dtype and the same content gives the same bytes. Shards are filled in that order; a tensor larger
    /// than the limit gets a shard of its own.
    /// </summary>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">The <c>__metadata__</c> of every file; written sorted, and left out when empty.</param>
    /// <param name="maximumShardBytes">The most bytes of values in one file, unless one tensor alone has more; at least 1.</param>
    /// <param name="stem">The name: one file is <c>stem.safetensors</c>, several are <c>stem-00001-of-00003.safetensors</c>.</param>
    /// <returns>The files in name order; one without tensors when there are none.</returns>
    /// <exception cref="SafetensorsException">
    /// A name is there twice or may not be written, a tensor's size is no whole number of bytes or too large, or a header would be too
    /// large.
    /// </exception>
    public static IReadOnlyList<SafetensorsFileLayout> Plan(
        IEnumerable<TensorInfo> tensors,
        IReadOnlyDictionary<string, string> metadata,
        long maximumShardBytes,
        string stem = SafetensorsConstants.DefaultStem)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumShardBytes, 1);
        ThrowIfNotFileName(stem);

        string output = stem + SafetensorsConstants.Extension;
        TensorInfo[] ordered = [.. tensors
            .OrderByDescending(tensor => tensor.DType.BitSize())
            .ThenBy(tensor => tensor.Name, Utf8Order.Instance)];
        ThrowIfUnwritable(ordered, metadata, output);

        var shards = Assign(ordered, maximumShardBytes, output);
        return [.. shards.Select((shard, i) => SafetensorsFileLayout.Create(
            shards.Count == 1 ? output : new ShardName(stem, i + 1, shards.Count).ToString(), shard, metadata))];
    }

    private static List<List<TensorInfo>> Assign(TensorInfo[] ordered, long maximumShardBytes, string output)
    {
        List<List<TensorInfo>> shards = [[]];
        Int128 total = 0;
        Int128 used = 0;
        foreach (var tensor in ordered)
        {
            long size = SafetensorsValidation.ByteCount(tensor.Name, tensor.DType, tensor.Shape, output);
            if (shards[^1].Count > 0 && used + size > maximumShardBytes)
            {
                shards.Add([]);
                used = 0;
            }

            shards[^1].Add(tensor);
            used += size;
            total += size;
        }

        return total <= long.MaxValue - SafetensorsConstants.MaximumHeaderBytes
            ? shards
            : throw new SafetensorsException(SafetensorsError.ShapeOverflow, output, "the tensors together exceed 2^63 - 1 bytes.");
    }

    private static void ThrowIfUnwritable(TensorInfo[] tensors, IReadOnlyDictionary<string, string> metadata, string output)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (tensor.Name is "" or SafetensorsConstants.MetadataKey || tensor.Name.Contains('\0') || !IsUnicode(tensor.Name))
            {
                throw new SafetensorsException(
                    SafetensorsError.UnwritableName,
                    output,
                    $"a tensor may not be written under the name {QuotedName.Of(tensor.Name)}; rename it.",
                    tensor.Name);
            }

            if (!seen.Add(tensor.Name))
            {
                throw new SafetensorsException(
                    SafetensorsError.DuplicateTensor,
                    output,
                    $"the tensor {QuotedName.Of(tensor.Name)} would be there twice.",
                    tensor.Name);
            }
        }

        foreach (var (key, value) in metadata)
        {
            if (!IsUnicode(key) || !IsUnicode(value))
            {
                throw new SafetensorsException(
                    SafetensorsError.UnwritableName, output, $"the metadata under {QuotedName.Of(key)} are not valid Unicode.");
            }
        }
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int consumed) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[consumed..];
        }

        return true;
    }

    private static void ThrowIfNotFileName(string stem)
    {
        ArgumentException.ThrowIfNullOrEmpty(stem);
        if (stem.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new ArgumentException($"{QuotedName.Of(stem)} is not a file name.", nameof(stem));
        }
    }
}
