using System.CommandLine;
using System.Globalization;
using TaskVectors.Models.Data;

namespace TaskVectors.Cli.Options;

/// <summary>Which examples of a data set are taken.</summary>
internal sealed class ExampleOptionGroup
{
    private readonly Option<string?> _shares = new("--shares")
    {
        HelpName = "NAME=SHARE,...",
        Description = "Cut the data into parts at random, such as train=0.8,test=0.2; the same seed gives the same parts.",
    };

    private readonly Option<string?> _split = new("--split") { HelpName = "NAME", Description = "The part of --shares to evaluate on." };
    private readonly Option<string?> _indices = new("--indices") { HelpName = "FILE", Description = "The examples to evaluate on: a number a line, from 0, in place of --shares." };
    private readonly Option<int?> _limit = new("--limit") { HelpName = "NUMBER", Description = "At most so many examples, chosen at random by the seed." };
    private readonly Option<ulong> _seed = new("--seed") { HelpName = "NUMBER", Description = "Seed of parts, choices and bootstrap intervals. Default: 0." };

    public void AddTo(Command command)
    {
        command.Add(_shares);
        command.Add(_split);
        command.Add(_indices);
        command.Add(_limit);
        command.Add(_seed);
    }

    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>The indices of the examples.</summary>
    public IReadOnlyList<int> Choose(ParseResult parsed, IReadOnlyList<int> labels)
    {
        IReadOnlyList<int> part = Part(parsed, labels);
        int? limit = parsed.GetValue(_limit);
        if (limit is < 1)
        {
            throw new UsageException("--limit is at least 1.");
        }

        return limit is null || limit >= part.Count
            ? part
            : [.. SeededOrder.Shuffle(part.Count, Seed(parsed)).Take(limit.Value).Order().Select(index => part[index])];
    }

    private IReadOnlyList<int> Part(ParseResult parsed, IReadOnlyList<int> labels)
    {
        string? shares = parsed.GetValue(_shares);
        string? split = parsed.GetValue(_split);
        if (shares is null != split is null)
        {
            throw new UsageException("--shares and --split go together, such as --shares train=0.8,test=0.2 --split test.");
        }

        if (parsed.GetValue(_indices) is { } file)
        {
            return shares is null
                ? DataSplits.ReadIndices(file, labels.Count)
                : throw new UsageException("--indices and --shares exclude each other.");
        }

        if (shares is null)
        {
            return [.. Enumerable.Range(0, labels.Count)];
        }

        IReadOnlyDictionary<string, int[]> parts = DataSplits.Create(labels, [.. shares.Split(',').Select(Share)], Seed(parsed));
        return parts.TryGetValue(split!, out int[]? part)
            ? part
            : throw new UsageException($"There is no part '{Printable.Of(split!)}'; --shares names {string.Join(", ", parts.Keys)}.");
    }

    private static (string Name, double Share) Share(string text)
    {
        string[] sides = text.Split('=');
        return sides is [{ Length: > 0 } name, var share] && double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? (name, number)
            : throw new UsageException($"'{Printable.Of(text)}' is no share; write NAME=SHARE, such as test=0.2.");
    }
}
