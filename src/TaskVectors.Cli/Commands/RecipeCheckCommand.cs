using System.CommandLine;
using System.Text.Json;
using TaskVectors.Cli.Output;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Commands;

/// <summary>Reports everything that is wrong with a recipe; exit code 3 when it does not run.</summary>
internal sealed class RecipeCheckCommand : Verb
{
    private readonly Argument<string> _recipe = new("RECIPE.yml") { Description = "The recipe." };
    private readonly Option<bool> _strict = new("--strict") { Description = "Treat warnings as errors." };
    private readonly Option<string[]> _roots = new("--root") { HelpName = "FOLDER", Description = "A folder that models must lie in. Repeatable. Default: anywhere." };

    public RecipeCheckCommand(Terminal terminal)
        : base("check", "Report every mistake of a recipe; exit code 3 when it does not run.", terminal)
    {
        Add(_recipe);
        Add(_strict);
        Add(_roots);
    }

    public override IReadOnlyList<string> Examples => ["taskvec recipe check merge.yml", "taskvec recipe check merge.yml --strict --root models/"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        var options = new RecipeOptions { IsStrict = parsed.GetValue(_strict), Roots = [.. parsed.GetValue(_roots) ?? []] };
        var recipe = Recipe.Load(parsed.GetRequiredValue(_recipe), options);
        if (reporter.IsJson)
        {
            reporter.WriteJson(json => Write(json, recipe));
        }
        else
        {
            foreach (RecipeProblem problem in recipe.Problems)
            {
                reporter.WriteLine(Printable.Of($"{recipe.Path}:{problem.Line}:{problem.Column}: {OptionNames.Of(problem.Severity)}: {problem.Message}"));
            }

            reporter.Summarize(recipe.IsValid ? "The recipe runs." : "The recipe does not run.");
        }

        return Task.FromResult(recipe.IsValid ? ExitCode.Done : (int)ErrorCategory.BadInput);
    }

    private static void Write(Utf8JsonWriter json, Recipe recipe)
    {
        json.WriteStartObject();
        json.WriteBoolean("valid", recipe.IsValid);
        json.WriteStartArray("problems");
        foreach (RecipeProblem problem in recipe.Problems)
        {
            json.WriteStartObject();
            json.WriteString("severity", OptionNames.Of(problem.Severity));
            json.WriteNumber("line", problem.Line);
            json.WriteNumber("column", problem.Column);
            json.WriteString("message", problem.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
