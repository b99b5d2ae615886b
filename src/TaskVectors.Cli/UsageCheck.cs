using System.CommandLine;
using System.CommandLine.Parsing;
using TaskVectors.Cli.Commands;
using TaskVectors.Cli.Options;

namespace TaskVectors.Cli;

/// <summary>Finds mistakes in a command line: those of the parser, and misspelled options that it takes for arguments.</summary>
internal static class UsageCheck
{
    /// <summary>What is wrong, with a suggestion where there is one; <see langword="null"/> when nothing is.</summary>
    public static string? FirstProblem(ParseResult parsed)
    {
        if (parsed.Action is { ClearsParseErrors: true })
        {
            return null;
        }

        Command command = parsed.CommandResult.Command;
        string? misspelled = MisspelledOption(parsed);
        string? problem = misspelled is not null ? UnknownOption(misspelled, command)
            : parsed.UnmatchedTokens.Count > 0 && parsed.Errors.Count > 0 ? Unmatched(parsed.UnmatchedTokens[0], command)
            : parsed.Errors.Count > 0 ? string.Join("\n", parsed.Errors.Select(error => error.Message).Distinct())
            : null;
        return problem is null ? null : $"{problem} See '{FullName(command)} --help'.";
    }

    private static string? MisspelledOption(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash))
        {
            return null;
        }

        IEnumerable<ArgumentResult> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>();
        IEnumerable<string> taken = from argument in arguments
                                    from token in argument.Tokens
                                    where IsOption(token.Value, argument)
                                    select token.Value;
        return taken.Concat(parsed.UnmatchedTokens.Where(value => value.StartsWith('-') && value.Length > 1)).FirstOrDefault();
    }

    // An expression may begin with a minus sign; nothing else may.
    private static bool IsOption(string value, ArgumentResult argument) =>
        value.StartsWith("--", StringComparison.Ordinal)
        || (value.StartsWith('-') && value.Length > 1 && argument.Argument is not ExpressionArgument);

    private static string UnknownOption(string option, Command command)
    {
        IEnumerable<string> known = Lineage(command).SelectMany(one => one.Options).SelectMany(one => one.Aliases.Prepend(one.Name));
        string advice = command is MergeCommand && ForeignOptions.HintFor(option) is { } hint ? " " + hint : SimilarNames.Question(option.Split('=')[0], known);
        return $"Unknown option '{Printable.Of(option)}'.{advice}";
    }

    private static string Unmatched(string token, Command command) => command.Subcommands.Count > 0
        ? $"Unknown command '{Printable.Of(token)}'.{SimilarNames.Question(token, command.Subcommands.Select(one => one.Name))}"
        : $"Unexpected argument '{Printable.Of(token)}'.";

    private static IEnumerable<Command> Lineage(Command command) =>
        command.Parents.OfType<Command>().SelectMany(Lineage).Prepend(command);

    private static string FullName(Command command) => command is RootCommand ? "taskvec" : $"taskvec {command.Name}";
}
