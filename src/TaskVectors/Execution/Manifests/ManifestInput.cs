using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Execution.Manifests;

/// <summary>A model or task vector that was read.</summary>
public sealed record ManifestInput
{
    /// <summary>Its name in the expression.</summary>
    public required string Name { get; init; }

    /// <summary>Where it was.</summary>
    public required string Path { get; init; }

    /// <summary>Its format.</summary>
    public required string Format { get; init; }

    /// <summary><c>checkpoint</c>, <c>task-vector</c>, <c>statistics</c>, or <c>data</c> for what is none.</summary>
    public required string Kind { get; init; }

    /// <summary>Its fingerprint: a hash of headers and samples.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The hash of its whole content; absent where the edit did not read all of it.</summary>
    public string? Hash { get; init; }

    /// <summary>Its files and their sizes.</summary>
    public required ImmutableArray<ManifestInputFile> Files { get; init; }

    /// <summary>The hashes of the tensors that were read, by name.</summary>
    public required ImmutableSortedDictionary<string, string> Tensors { get; init; }

    /// <summary>Describes what was read that is no checkpoint: a file by its hash, a folder by the names and sizes of its files.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static ManifestInput OfData(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            string full = System.IO.Path.GetFullPath(path);
            string? hash = File.Exists(full) ? FileHash.Of(full, EditOptions.Default.Digest) : null;
            return new ManifestInput
            {
                Name = full,
                Path = full,
                Format = hash is null ? "folder" : System.IO.Path.GetExtension(full).TrimStart('.'),
                Kind = "data",
                Fingerprint = hash ?? Digest.OfText(EditOptions.Default.Digest, NamesAndSizes(full)),
                Hash = hash,
                Files = hash is null ? [] : [new ManifestInputFile(full, new FileInfo(full).Length, hash)],
                Tensors = ImmutableSortedDictionary<string, string>.Empty,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, $"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<string> NamesAndSizes(string folder)
    {
        var files = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(folder, "*", files).Order(StringComparer.Ordinal)
            .Select(file => FormattableString.Invariant($"{System.IO.Path.GetRelativePath(folder, file)}\0{new FileInfo(file).Length}"));
    }

    /// <summary>Describes an input by its headers; hashes of files and of single tensors are left out.</summary>
    /// <param name="input">The input.</param>
    /// <param name="hash">The hash of its whole content, where known.</param>
    internal static ManifestInput Of(PlannedInput input, string? hash = null) => new()
    {
        Name = input.Name,
        Path = input.Source.Path,
        Format = input.Source.Format,
        Kind = input.Kind,
        Fingerprint = input.Fingerprint,
        Hash = hash,
        Files = [.. input.Source.Files.Select(file => new ManifestInputFile(file.Path, file.Length, null))],
        Tensors = ImmutableSortedDictionary<string, string>.Empty,
    };
}
