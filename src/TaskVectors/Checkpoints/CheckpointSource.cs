using System.Diagnostics.CodeAnalysis;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints;

/// <summary>
/// Named tensors in storage whose headers have been read and whose weights have not: what every format opens to. Immutable, holds
/// no file open, and is safe to share between threads; weights are read through <see cref="OpenReader"/>.
/// </summary>
public abstract class CheckpointSource
{
    private readonly Dictionary<string, TensorInfo> _byName;

    /// <summary>Creates a source from what its headers say.</summary>
    /// <param name="path">The full path of the file or folder.</param>
    /// <param name="tensors">Every tensor, in storage order; names are distinct.</param>
    /// <param name="metadata">Free-form metadata of the files.</param>
    /// <param name="aliases">Names that share another tensor's storage (tied weights), mapped to the stored name.</param>
    /// <param name="files">The files that hold the weights.</param>
    protected CheckpointSource(
        string path,
        IReadOnlyList<TensorInfo> tensors,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyDictionary<string, string> aliases,
        IReadOnlyList<StoredFile> files)
    {
        Path = path;
        Tensors = tensors;
        Metadata = metadata;
        Aliases = aliases;
        Files = files;
        _byName = tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>The full path of the file or folder that was opened.</summary>
    public string Path { get; }

    /// <summary>The name of the format, such as <c>safetensors</c>.</summary>
    public abstract string Format { get; }

    /// <summary>Every stored tensor, in storage order: reading in this order reads each file from front to back.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>Free-form metadata of the files, such as the <c>__metadata__</c> of safetensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Names that share another tensor's storage (tied weights), mapped to the name under which it is stored.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; }

    /// <summary>The files that hold the weights, in the order of <see cref="Tensors"/>.</summary>
    public IReadOnlyList<StoredFile> Files { get; }

    /// <summary>Finds a stored tensor by its exact name; aliases are not followed.</summary>
    public bool TryGetTensor(string name, [NotNullWhen(true)] out TensorInfo? tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Opens the files for reading weights. The caller disposes the reader.</summary>
    /// <exception cref="TaskVectorsException">A file is gone, cannot be opened, or is not the file whose header was read.</exception>
    public abstract ICheckpointReader OpenReader();

    /// <summary>
    /// A quick identity, see <see cref="CheckpointFingerprint"/>: by default of headers and samples. A source whose values are computed says what
    /// they are computed from instead of computing them.
    /// </summary>
    /// <exception cref="TaskVectorsException">Reading failed.</exception>
    protected internal virtual string ComputeFingerprint() => CheckpointFingerprint.OfSamples(this);
}
