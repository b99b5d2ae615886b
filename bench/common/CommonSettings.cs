using System.CommandLine;

namespace TaskVectors.Benchmarks;

/// <summary>What the common options say.</summary>
internal abstract record CommonSettings
{
    protected CommonSettings(CommonOptions options, ParseResult parsed)
    {
        Folder = Path.GetFullPath(parsed.GetRequiredValue(options.Folder));
        Runs = parsed.GetRequiredValue(options.Runs);
        Threads = parsed.GetRequiredValue(options.Threads);
        Keep = parsed.GetValue(options.Keep);
    }

    public string Folder { get; }

    public int Runs { get; }

    public int Threads { get; }

    public bool Keep { get; }

    /// <summary>Removes the folder, unless it is kept.</summary>
    public void Clean()
    {
        if (!Keep && Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
