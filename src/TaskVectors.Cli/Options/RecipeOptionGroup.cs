using System.CommandLine;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Options;

/// <summary>How a recipe is read.</summary>
internal sealed class RecipeOptionGroup
{
    private readonly Option<bool> _strict = new("--strict") { Description = "Treat warnings about the recipe as errors." };
    private readonly Option<string[]> _roots = new("--root")
    {
        HelpName = "FOLDER",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        Description = "A folder that the recipe's models must lie in. Repeatable. Default: anywhere.",
    };

    public void AddTo(Command command)
    {
        command.Add(_strict);
        command.Add(_roots);
    }

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_strict) || parsed.GetValue(_roots) is { Length: > 0 };

    public RecipeOptions Bind(ParseResult parsed) => new() { IsStrict = parsed.GetValue(_strict), Roots = [.. parsed.GetValue(_roots) ?? []] };
}
