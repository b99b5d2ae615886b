namespace TaskVectors.Execution.Manifests;

/// <summary>A file of an input.</summary>
/// <param name="Path">Where it was.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Hash">
/// The hash of its content as in <see cref="ManifestFile.Hash"/>; absent where the edit did not read all of it, or where tensors are computed.
/// </param>
public sealed record ManifestInputFile(string Path, long Bytes, string? Hash);
