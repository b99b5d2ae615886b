namespace TaskVectors.Execution.Manifests;

/// <summary>A file that was written.</summary>
/// <param name="Path">Its path in the output folder, with forward slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Hash">
/// The hash of its content. For a file of weights: the hash of its header (length field included) followed by the text form of each tensor's
/// hash in file order, each ended by a line feed; so that it is known without reading the file twice.
/// </param>
public sealed record ManifestFile(string Path, long Bytes, string Hash);
