using System.CommandLine;
using System.Text.Json;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Commands;

/// <summary>Reports everything that is wrong with a recipe; exit code 3 when it does not run.</summary>
internal sealed class RecipeCheckCommand : Verb
{
    private readonly Argument<string> _recipe = new("RECIPE.yml") { Description = "The recipe." };
    private readonly RecipeOptionGroup _options = new();

    public RecipeCheckCommand(Terminal terminal)
        : base("check", "Report every mistake of a recipe; exit code 3 when it does not run.", terminal)
    {
        Add(_recipe);
        _options.AddTo(this);
    }

    public override IReadOnlyList<string> Examples => ["taskvec recipe check merge.yml", "taskvec recipe check merge.yml --strict --root models/"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        var recipe = Recipe.Load(parsed.GetRequiredValue(_recipe), _options.Bind(parsed));
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
