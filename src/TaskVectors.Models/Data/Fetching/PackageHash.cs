using System.Security.Cryptography;

namespace TaskVectors.Models.Data.Fetching;

/// <summary>Compares a package's file with the hash that is known of it.</summary>
internal static class PackageHash
{
    private const string Sha512Prefix = "sha512-";

    public static async Task CheckAsync(DataPackage package, string file, CancellationToken cancellationToken)
    {
        using FileStream stream = File.OpenRead(file);
        string actual = package.Hash.StartsWith(Sha512Prefix, StringComparison.Ordinal)
            ? Sha512Prefix + Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellationToken).ConfigureAwait(false))
            : "sha256-" + Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
        if (actual != package.Hash)
        {
            throw new DataException(
                "data.hash",
                $"The file of {package.Name} {package.Version} is not the one that is known: its hash is {actual}, not {package.Hash}. "
                + "Nothing was unpacked; check where the registry or archive gets it from.");
        }
    }
}
