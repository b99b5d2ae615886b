namespace TaskVectors.Execution.Planning;

/// <summary>Paths with their symbolic links resolved, so that two names of one place compare equal.</summary>
internal static class RealPath
{
    private static StringComparison Comparison =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>The full path; links in the part of it that exists are resolved.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        string? parent = Path.GetDirectoryName(full);
        string resolved = parent is null ? full : Path.Combine(Of(parent), Path.GetFileName(full));
        FileSystemInfo info = Directory.Exists(resolved) ? new DirectoryInfo(resolved) : new FileInfo(resolved);
        string? target = info.LinkTarget is null ? null : info.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        return target is null || target == resolved ? resolved : Of(target);
    }

    /// <summary>Whether a path is a folder or lies somewhere below it.</summary>
    public static bool IsWithin(string path, string folder) =>
        path.Equals(folder, Comparison) || path.StartsWith(folder + Path.DirectorySeparatorChar, Comparison);
}
