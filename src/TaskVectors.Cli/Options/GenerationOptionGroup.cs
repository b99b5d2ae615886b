using System.CommandLine;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Generation;

namespace TaskVectors.Cli.Options;

/// <summary>How text is written.</summary>
internal sealed class GenerationOptionGroup
{
    private const int DefaultTokens = 64;
    private const int MostTokens = 1 << 20;

    private readonly Option<int?> _tokens = new("--max-tokens") { HelpName = "NUMBER", Description = $"The most tokens to write. Default: {DefaultTokens}." };
    private readonly Option<double?> _temperature = OptionFactory.Number("--temperature", "What scores are divided by before drawing; 0 takes the likeliest token. Default: 0, or 1 with one of the filters below.");
    private readonly Option<int?> _topK = new("--top-k") { HelpName = "NUMBER", Description = "Draw from so many likeliest tokens." };
    private readonly Option<double?> _topP = OptionFactory.Number("--top-p", "Draw from the fewest likeliest tokens whose probability reaches this share.");
    private readonly Option<double?> _minP = OptionFactory.Number("--min-p", "Draw from the tokens at least this share as likely as the likeliest.");
    private readonly Option<double?> _penalty = OptionFactory.Number("--repetition-penalty", "Above 1: tokens that have occurred become less likely.");
    private readonly Option<bool> _ignoreEnd = new("--ignore-end") { Description = "Go on after the token that ends a text." };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _tokens, _temperature, _topK, _topP, _minP, _penalty, _ignoreEnd })
        {
            command.Add(option);
        }
    }

    public GenerationOptions Create(ParseResult parsed, ModelSettings settings, ulong seed) => new()
    {
        MaximumNewTokens = Within(parsed, _tokens, tokens => tokens is >= 1 and <= MostTokens, $"from 1 to {MostTokens}") ?? DefaultTokens,
        Sampling = Sampling(parsed, seed),
        EndIds = parsed.GetValue(_ignoreEnd) ? [] : settings.EndIds,
    };

    private SamplingOptions Sampling(ParseResult parsed, ulong seed)
    {
        var options = new SamplingOptions
        {
            Temperature = Within(parsed, _temperature, value => value >= 0, "0 or above") ?? 1,
            TopK = Within(parsed, _topK, value => value >= 1, "at least 1") ?? 0,
            TopP = Within(parsed, _topP, value => value is > 0 and <= 1, "above 0 and at most 1") ?? 1,
            MinP = Within(parsed, _minP, value => value is > 0 and <= 1, "above 0 and at most 1") ?? 0,
            RepetitionPenalty = Within(parsed, _penalty, value => value > 0, "above 0") ?? 1,
            Seed = seed,
        };
        bool draws = options.TopK > 0 || options.TopP < 1 || options.MinP > 0 || parsed.GetValue(_temperature) is not null;
        return draws && options.Temperature > 0 ? options : SamplingOptions.Greedy with { RepetitionPenalty = options.RepetitionPenalty };
    }

    private static T? Within<T>(ParseResult parsed, Option<T?> option, Func<T, bool> isAllowed, string range)
        where T : struct => parsed.GetValue(option) is not { } value || isAllowed(value)
            ? parsed.GetValue(option)
            : throw new UsageException($"{option.Name} is {range}.");
}
