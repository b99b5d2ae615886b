namespace TaskVectors.Checkpoints;

/// <summary>The metadata keys by which a stored task vector is told from a checkpoint and finds its base.</summary>
public static class TaskVectorMetadata
{
    /// <summary>Says what the file holds; <see cref="TaskVectorKind"/> for a task vector.</summary>
    public const string KindKey = "taskvectors.kind";

    /// <summary>The value of <see cref="KindKey"/> for a task vector.</summary>
    public const string TaskVectorKind = "task-vector";

    /// <summary>The fingerprint of the checkpoint the vector is relative to (see <c>CheckpointFingerprint</c>).</summary>
    public const string BaseFingerprintKey = "taskvectors.base_fingerprint";

    /// <summary>The content hash of the checkpoint the vector is relative to.</summary>
    public const string BaseHashKey = "taskvectors.base_hash";

    /// <summary>The name of the checkpoint the vector is relative to.</summary>
    public const string BaseNameKey = "taskvectors.base_name";

    /// <summary>
    /// Says how a vector that records no base is checked against the one it is applied to: <see cref="NamesAndShapes"/>. Adapters say so, as
    /// their formats have no room for a fingerprint.
    /// </summary>
    public const string BaseCheckKey = "taskvectors.base_check";

    /// <summary>The value of <see cref="BaseCheckKey"/> where every tensor must be in the base, by name and shape, and nothing more is known.</summary>
    public const string NamesAndShapes = "names-and-shapes";

    /// <summary>The keys that say what a vector is relative to.</summary>
    internal static IReadOnlyList<string> BaseKeys { get; } = [BaseNameKey, BaseFingerprintKey, BaseHashKey, BaseCheckKey];

    /// <summary>The expression that made the vector.</summary>
    public const string ExpressionKey = "taskvectors.expression";

    /// <summary>The version of the program that wrote the file.</summary>
    public const string ToolVersionKey = "taskvectors.tool_version";

    /// <summary><c>true</c> where tensors of the base that the file lacks are zero: the vector was limited to some tensors.</summary>
    public const string PartialKey = "taskvectors.partial";

    /// <summary>Whether an opened source says that it holds a task vector.</summary>
    public static bool IsTaskVector(CheckpointSource source) =>
        source.Metadata.TryGetValue(KindKey, out string? kind) && kind == TaskVectorKind;
}
