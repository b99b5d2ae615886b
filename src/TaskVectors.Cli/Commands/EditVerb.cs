using System.CommandLine;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Commands;

/// <summary>A command that writes what an expression over models stands for.</summary>
internal abstract class EditVerb : Verb
{
    private readonly EditOptionGroup _options = new();

    protected EditVerb(string name, string description, Terminal terminal)
        : base(name, description, terminal)
    {
    }

    /// <summary>Whether the expression is the command's own, so that the user is told of it.</summary>
    protected virtual bool IsExpressionDerived => true;

    /// <summary>Adds the options of every edit, after the command's own.</summary>
    protected void AddEditOptions() => _options.AddTo(this);

    /// <summary>The models of the command line.</summary>
    protected abstract IReadOnlyList<ModelReference> References(ParseResult parsed);

    /// <summary>The expression over the opened models.</summary>
    protected abstract string Compose(ParseResult parsed, ModelSet models);

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        ModelSet models = ModelSet.Open(References(parsed));
        return JobOf(Compose(parsed, models), models, Target(parsed), parsed, reporter).RunAsync(_options.IsDryRun(parsed), cancellationToken);
    }

    /// <summary>Where the result goes.</summary>
    protected OutputTarget Target(ParseResult parsed) => _options.Target(parsed);

    /// <summary>Whether only a plan is asked for.</summary>
    protected bool IsDryRun(ParseResult parsed) => _options.IsDryRun(parsed);

    /// <summary>Whether existing outputs may be replaced.</summary>
    protected bool MayReplace(ParseResult parsed) => _options.Bind(parsed).Force;

    /// <summary>The options of the command line for one of several outputs: only the one that was interrupted goes on.</summary>
    protected EditOptions OptionsFor(ParseResult parsed, OutputTarget target)
    {
        EditOptions options = _options.Bind(parsed);
        return options with { Resume = options.Resume && (target.Path == Target(parsed).Path || Directory.Exists(target.PartialFolder)) };
    }

    /// <summary>Plans an expression over models with the options of the command line.</summary>
    protected EditJob JobOf(string text, ModelSet models, OutputTarget target, ParseResult parsed, Reporter reporter)
    {
        if (IsExpressionDerived && !reporter.IsJson)
        {
            reporter.Note($"Expression: {Printable.Of(text)}");
        }

        EditPlan plan = Plan(EditExpression.Parse(text, models.ToExpressionModels()), target, OptionsFor(parsed, target) with
        {
            Expression = models.HasNameForEachPath ? text : null,
            ModelNames = models.NamesByPath,
        });
        IEnumerable<string> unused = models.Models
            .Where(model => !model.IsOffered && plan.Inputs.All(input => input.Source.Path != model.Parts.Last().Path))
            .Select(model => $"The expression does not use the model '{model.Name}'.");
        return new EditJob(plan, [.. plan.Warnings, .. unused], reporter);
    }

    /// <summary>Plans the result of a recipe with the options of an edit, and runs the plan.</summary>
    protected Task<int> RunRecipeAsync(Recipe recipe, ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        EditPlan plan = recipe.Plan(_options.Target(parsed), _options.Bind(parsed));
        return new EditJob(plan, plan.Warnings, reporter).RunAsync(_options.IsDryRun(parsed), cancellationToken);
    }

    private static EditPlan Plan(EditExpression expression, OutputTarget target, EditOptions options) =>
        expression.Checkpoint is { } checkpoint
        ? EditPlanner.Plan(checkpoint, target, options)
        : EditPlanner.Plan(expression.TaskVector!, target, options);
}
