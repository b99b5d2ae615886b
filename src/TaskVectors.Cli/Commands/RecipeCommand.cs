using System.CommandLine;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary>What can be asked of a recipe.</summary>
internal sealed class RecipeCommand : Verb
{
    public RecipeCommand(Terminal terminal)
        : base("recipe", "Check and explain recipes before they run.", terminal)
    {
        Add(new RecipeCheckCommand(terminal));
        Add(new RecipeExplainCommand(terminal));
        Add(new RecipeSchemaCommand(terminal));
    }

    public override IReadOnlyList<string> Examples => ["taskvec recipe check merge.yml", "taskvec recipe explain merge.yml", "taskvec recipe schema"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken) =>
        throw new UsageException("Name what to do with the recipe: check, explain or schema, as in 'taskvec recipe check RECIPE.yml'.");
}
