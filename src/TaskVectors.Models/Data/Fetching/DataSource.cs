namespace TaskVectors.Models.Data.Fetching;

/// <summary>A data set that can be fetched.</summary>
public sealed record DataSource
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required string Description { get; init; }

    /// <summary>Under which licence.</summary>
    public required string Licence { get; init; }

    /// <summary>The packages that it comes in.</summary>
    public required IReadOnlyList<DataPackage> Packages { get; init; }

    /// <summary>What is done with the unpacked files.</summary>
    internal Action<string>? Finish { get; init; }
}
