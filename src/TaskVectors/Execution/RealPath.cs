namespace TaskVectors.Execution;

/// <summary>Paths with their symbolic links resolved, so that two names of one place compare equal.</summary>
internal static class RealPath
{
    /// <summary>The full path; links in the part of it that exists are resolved.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        string? parent = Path.GetDirectoryName(full);
        string resolved = parent is null ? full : Path.Combine(Of(parent), Path.GetFileName(full));
        FileSystemInfo info = Directory.Exists(resolved) ? new DirectoryInfo(resolved) : new FileInfo(resolved);
        return info.LinkTarget is null ? resolved : info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? resolved;
    }

    /// <summary>Whether a path is a folder or lies somewhere below it.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
