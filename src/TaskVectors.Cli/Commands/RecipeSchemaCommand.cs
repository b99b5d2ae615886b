using System.CommandLine;
using TaskVectors.Cli.Output;
using TaskVectors.Recipes.Grammar;

namespace TaskVectors.Cli.Commands;

/// <summary>Prints the grammar of recipes as a JSON schema for editors.</summary>
internal sealed class RecipeSchemaCommand(Terminal terminal)
    : Verb("schema", "Print a JSON schema of recipes, for editors that complete and check YAML.", terminal)
{
    public override IReadOnlyList<string> Examples => ["taskvec recipe schema"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        reporter.WriteLine(RecipeSchema.ToJson().TrimEnd('\n'));
        return Task.FromResult(ExitCode.Done);
    }
}
