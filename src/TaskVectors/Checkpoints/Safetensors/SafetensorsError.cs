namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>Every way in which a safetensors file, an index, or a folder of shards can be wrong.</summary>
public enum SafetensorsError
{
    /// <summary>The first bytes are those of something else: a Git LFS pointer, a web page, a zip archive, GGUF, a pickle.</summary>
    NotSafetensors,

    /// <summary>The file ends before its header, or before the values that its header promises.</summary>
    Truncated,

    /// <summary>Bytes follow the last tensor.</summary>
    TrailingData,

    /// <summary>The header is, or would be, longer than <see cref="SafetensorsConstants.MaximumHeaderBytes"/>.</summary>
    HeaderTooLarge,

    /// <summary>The header has length zero.</summary>
    EmptyHeader,

    /// <summary>The header holds bytes that are not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>The header is not one JSON object of limited depth.</summary>
    InvalidJson,

    /// <summary><c>__metadata__</c> is not an object of strings.</summary>
    InvalidMetadata,

    /// <summary><c>__metadata__</c>, or a key in it, is there twice.</summary>
    DuplicateMetadata,

    /// <summary>A tensor's name is there twice.</summary>
    DuplicateTensor,

    /// <summary>A field of a tensor is there twice.</summary>
    DuplicateField,

    /// <summary>A tensor's entry is not an object.</summary>
    InvalidTensorEntry,

    /// <summary>A tensor's entry lacks <c>dtype</c>, <c>shape</c> or <c>data_offsets</c>.</summary>
    MissingField,

    /// <summary>A dtype is not one of the format's.</summary>
    UnknownDataType,

    /// <summary>A shape is not a list of non-negative integers.</summary>
    InvalidShape,

    /// <summary>The elements or bytes of a tensor exceed 2^63 - 1; zero dimensions count as one here.</summary>
    ShapeOverflow,

    /// <summary>The byte range differs from what dtype and shape need, or that is no whole number of bytes.</summary>
    SizeMismatch,

    /// <summary>Offsets are not two non-negative integers in ascending order that begin within the data.</summary>
    InvalidOffsets,

    /// <summary>Bytes in front of or between tensors belong to none.</summary>
    Hole,

    /// <summary>Two tensors share bytes.</summary>
    Overlap,

    /// <summary>An index is not a JSON object with a non-empty <c>weight_map</c> of strings.</summary>
    InvalidIndex,

    /// <summary>An index lists a tensor twice.</summary>
    DuplicateIndexEntry,

    /// <summary>An index names a shard by a path that could leave its folder.</summary>
    UnsafeShardPath,

    /// <summary>An index names a shard that is not there, or is not a file.</summary>
    MissingShard,

    /// <summary>An index places a tensor in a shard that does not hold it.</summary>
    TensorNotInShard,

    /// <summary>A shard holds a tensor that the index does not list.</summary>
    TensorNotInIndex,

    /// <summary>Two shards hold a tensor of the same name.</summary>
    TensorInTwoShards,

    /// <summary>Shards are numbered "of N", without an index, and some of the N are not there.</summary>
    IncompleteShards,

    /// <summary>A folder holds several unrelated checkpoints.</summary>
    AmbiguousFolder,

    /// <summary>A folder holds no safetensors file.</summary>
    NoCheckpoint,

    /// <summary>A file is not what it was when its header was read.</summary>
    ChangedSinceOpened,

    /// <summary>A name that may be read but is not written: empty, with NUL, not Unicode, or <c>__metadata__</c>.</summary>
    UnwritableName,
}
