namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>
/// Trained checkpoints with recorded results, too large for the repository: the variable TASKVECTORS_ZOO names a folder with <c>zoo/</c>
/// (checkpoints, and what they are expected to give) and <c>data/</c> (the sets they are measured on).
/// </summary>
internal static class ZooFolder
{
    public const string Variable = "TASKVECTORS_ZOO";

    public static string? Root { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Why tests that need it are skipped, if they are.</summary>
    public static string? Skip => Root is null ? $"{Variable} does not name a folder with trained checkpoints." : null;

    public static string Of(params string[] parts) => Path.Combine([Root!, .. parts]);
}
