using System.CommandLine;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary>What can be asked of a recipe.</summary>
internal sealed class RecipeCommand : Verb
{
    public RecipeCommand(Terminal terminal)
        : base("recipe", "Check recipes before they run.", terminal) => Add(new RecipeCheckCommand(terminal));

    public override IReadOnlyList<string> Examples => ["taskvec recipe check merge.yml"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken) =>
        throw new UsageException("Name what to do with the recipe: 'taskvec recipe check RECIPE.yml'.");
}
