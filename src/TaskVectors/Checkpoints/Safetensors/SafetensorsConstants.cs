namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>The fixed numbers and names of the safetensors format.</summary>
/// <remarks>
/// A file is an 8-byte little-endian length, that many bytes of JSON (the header), and the values of the tensors back to back. See
/// https://huggingface.co/docs/safetensors.
/// </remarks>
internal static class SafetensorsConstants
{
    /// <summary>The number of bytes in front of the JSON: its length.</summary>
    public const int LengthBytes = 8;

    /// <summary>The largest header the reference reader accepts, in bytes.</summary>
    public const int MaximumHeaderBytes = 100_000_000;

    /// <summary>The largest index file accepted, in bytes.</summary>
    public const int MaximumIndexBytes = 100_000_000;

    /// <summary>Written files start their values at a multiple of this, which suits every dtype and a cache line.</summary>
    public const int DataAlignment = 64;

    /// <summary>The key of the header under which metadata, not a tensor, is found.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>The extension of a file of tensors.</summary>
    public const string Extension = ".safetensors";

    /// <summary>How the name of the index of a sharded model ends.</summary>
    public const string IndexExtension = ".safetensors.index.json";

    /// <summary>The name, without extension, that models are saved under.</summary>
    public const string DefaultStem = "model";

    /// <summary>The nesting depth of JSON beyond which a header or index is refused; a valid one needs 3.</summary>
    internal const int MaximumJsonDepth = 64;
}
