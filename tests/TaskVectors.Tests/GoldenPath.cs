namespace TaskVectors.Tests;

/// <summary>Where the reference files lie at run time.</summary>
internal static class GoldenPath
{
    public static string Of(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "Golden", .. parts]);
}
