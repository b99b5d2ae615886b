using System.CommandLine;

namespace TaskVectors.Cli.Options;

/// <summary>The options that every command has.</summary>
internal static class CommonOptions
{
    public const string JsonName = "--json";
    public const string QuietName = "--quiet";

    public static Option<bool> CreateJson() => new(JsonName)
    {
        Recursive = true,
        Description = "Print one JSON document on standard output and nothing else there; errors are JSON too.",
    };

    public static Option<bool> CreateQuiet() => new(QuietName)
    {
        Recursive = true,
        Description = "No progress and no summary; warnings and errors stay.",
    };
}
