namespace TaskVectors.Models.Data.Fetching;

/// <summary>Files of a package.</summary>
/// <param name="Prefix">How their names in the archive begin.</param>
/// <param name="Suffix">How they end.</param>
/// <param name="Folder">Where they go; empty for the set's folder itself. What follows the prefix is kept.</param>
internal sealed record PackageSelection(string Prefix, string Suffix, string Folder);
