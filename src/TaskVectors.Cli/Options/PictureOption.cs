using System.CommandLine;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Options;

/// <summary>Where to write the result as a picture.</summary>
internal sealed class PictureOption : Option<string>
{
    private const string Extension = ".svg";

    public PictureOption()
        : base("--picture")
    {
        HelpName = "FILE.svg";
        Description = "Draw the shared fraction of every matrix; for light and dark pages.";
    }

    /// <summary>Demands, before any work, that the picture can be written and replaces nothing it may not.</summary>
    public void RequireFree(ParseResult parsed, bool force)
    {
        if (parsed.GetValue(this) is not { } path)
        {
            return;
        }

        string? problem = !path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? $"is no {Extension} file; pictures are written as SVG."
            : Directory.Exists(path) ? "is a folder; name a file."
            : File.Exists(path) && !force ? "exists; choose another, or pass --force to replace it."
            : !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? "lies in a folder that does not exist; make it first."
            : null;
        if (problem is not null)
        {
            throw new UsageException($"--picture: '{Printable.Of(path)}' {problem}");
        }
    }

    /// <summary>Writes the picture, where one is asked for.</summary>
    public void Write(ParseResult parsed, Reporter reporter, Func<string> draw)
    {
        if (parsed.GetValue(this) is { } path)
        {
            File.WriteAllText(path, draw());
            if (!reporter.IsJson)
            {
                reporter.Summarize($"Drew {Printable.Of(path)}.");
            }
        }
    }
}
