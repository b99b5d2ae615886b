using System.Buffers.Binary;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>The safetensors format: a single file, an index of shards, or a folder of either.</summary>
/// <remarks>
/// In a folder the checkpoint is found by these rules, the first that applies:
/// <list type="number">
/// <item>The names <c>model</c> and then <c>diffusion_pytorch_model</c> come before any other.</item>
/// <item>Under one name, the single file <c>NAME.safetensors</c> comes before <c>NAME.safetensors.index.json</c>, as in transformers,
/// and that before shards <c>NAME-00001-of-0000N.safetensors</c> without an index, which must be complete.</item>
/// <item>Under other names, the folder must hold one checkpoint only; if it holds several, the error lists them.</item>
/// </list>
/// Shards that an index names are plain files in the folder of the index or below it. The file itself may be a symbolic link, since the
/// cache of the Hugging Face Hub is made of links; a folder on the way to it may not.
/// </remarks>
public sealed class SafetensorsFormat : ICheckpointFormat
{
    internal const string FormatName = "safetensors";

    /// <inheritdoc/>
    public string Name => FormatName;

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path)
            ? new SafetensorsFolder(path).HasAny
            : IsIndex(path) || path.EndsWith(SafetensorsConstants.Extension, StringComparison.OrdinalIgnoreCase) || StartsLikeHeader(path);
    }

    /// <summary>Opens a file, an index, or a folder; reads headers only, and holds nothing open.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="CheckpointNotFoundException">Nothing is there.</exception>
    /// <exception cref="SafetensorsException">A file is malformed, or parts are missing or disagree.</exception>
    /// <exception cref="StorageException">A file cannot be read.</exception>
    public CheckpointSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path) ? new SafetensorsFolder(path).Open()
            : !InputFile.Exists(path) ? throw new CheckpointNotFoundException(path)
            : IsIndex(path) ? SafetensorsShards.OpenIndex(path, path)
            : SafetensorsShards.OpenFile(path, path);
    }

    private static bool IsIndex(string path) => path.EndsWith(SafetensorsConstants.IndexExtension, StringComparison.OrdinalIgnoreCase);

    private static bool StartsLikeHeader(string path)
    {
        using var file = InputFile.Open(path);
        Span<byte> start = stackalloc byte[SafetensorsConstants.LengthBytes + 1];
        if (file.Read(0, start) < start.Length)
        {
            return false;
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        return length <= SafetensorsConstants.MaximumHeaderBytes
            && (long)length <= file.Length - SafetensorsConstants.LengthBytes
            && start[^1] is (byte)'{' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
    }
}
