namespace TaskVectors.Checkpoints;

/// <summary>A file that holds weights, as it was when its header was read.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Length">The size in bytes.</param>
public sealed record StoredFile(string Path, long Length);
