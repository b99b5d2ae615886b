using System.CommandLine;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Commands;

/// <summary>Says what a recipe means once it is bound to its models.</summary>
internal sealed class RecipeExplainCommand : Verb
{
    private readonly Argument<string> _recipe = new("RECIPE.yml") { Description = "The recipe." };
    private readonly RecipeOptionGroup _options = new();

    public RecipeExplainCommand(Terminal terminal)
        : base("explain", "Say what a recipe means: methods, models, and the values that every tensor gets.", terminal)
    {
        Add(_recipe);
        _options.AddTo(this);
    }

    public override IReadOnlyList<string> Examples => ["taskvec recipe explain merge.yml", "taskvec recipe explain merge.yml --json"];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        var recipe = Recipe.Load(parsed.GetRequiredValue(_recipe), _options.Bind(parsed));
        new ExplanationText(reporter).Write(recipe);
        return Task.FromResult(ExitCode.Done);
    }
}
