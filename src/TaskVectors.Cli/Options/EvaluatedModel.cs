using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Cli.Options;

/// <summary>A checkpoint, or an edit of some that is computed in memory, and how it is loaded.</summary>
internal sealed class EvaluatedModel
{
    private readonly Argument<string?> _path = new("MODEL") { Arity = ArgumentArity.ZeroOrOne, Description = "A checkpoint with its config.json: file or folder." };
    private readonly Option<string?> _edit = new("--edit")
    {
        HelpName = "EXPRESSION",
        Description = "An edit in place of MODEL, such as \"base + 0.7*(math - base)\"; it is computed in memory and not written.",
    };

    private readonly Option<string[]> _models = new("--model", "-m")
    {
        HelpName = "NAME=PATH",
        Description = "A model that the expression names: a checkpoint, a stored task vector or an adapter. Repeatable.",
    };

    private readonly Option<string[]> _vectors = new("--vector")
    {
        HelpName = "NAME=PATH",
        Description = "A file to be read as a task vector whatever its metadata says. Repeatable.",
    };

    private readonly Option<bool> _anyBase = new("--any-base") { Description = "Apply a stored task vector to another base than the one it was made from." };
    private readonly Option<string?> _config = new("--config") { HelpName = "FILE", Description = "The configuration. Default: config.json in the folder of the model or the edit's base." };

    private readonly Option<bool> _keepDType = new("--keep-dtype")
    {
        Description = "Keep BF16 and F16 matrices as they are stored, which takes half the memory; an edit is then rounded to their dtype, as in a file.",
    };

    public void AddTo(Command command)
    {
        command.Add(_path);
        command.Add(_edit);
        command.Add(_models);
        command.Add(_vectors);
        command.Add(_anyBase);
        command.Add(_config);
        command.Add(_keepDType);
    }

    /// <summary>What the user calls the model: its path or the expression.</summary>
    public string NameOf(ParseResult parsed) => parsed.GetValue(_edit) ?? parsed.GetValue(_path) ?? string.Empty;

    /// <summary>The model; headers only are read.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="modelsAreUsed">Whether the models that the user names are needed for something else than this edit.</param>
    public Checkpoint Open(ParseResult parsed, bool modelsAreUsed = false)
    {
        string? path = parsed.GetValue(_path);
        string? edit = parsed.GetValue(_edit);
        if (path is null == edit is null)
        {
            throw new UsageException("Name either a MODEL or an edit with --edit EXPRESSION --model NAME=PATH ...");
        }

        bool hasModels = References(parsed).Length > 0;
        if (edit is null ? hasModels && !modelsAreUsed : !hasModels)
        {
            throw new UsageException("--edit EXPRESSION and --model NAME=PATH go together.");
        }

        return path is not null ? Checkpoint.Open(path) : OpenEdit(parsed, edit!);
    }

    /// <summary>An edit of the models that the user names.</summary>
    public Checkpoint OpenEdit(ParseResult parsed, string expression) =>
        EditExpression.Parse(expression, ModelSet.Open(References(parsed)).ToExpressionModels()).Checkpoint
        ?? throw new UsageException($"'{Printable.Of(expression)}' is a task vector, which cannot be run; add it to a checkpoint.");

    /// <summary>Computes the weights; warns of tensors that the architecture does not have.</summary>
    public Model Load(ParseResult parsed, Checkpoint checkpoint, ComputeContext context, Reporter reporter)
    {
        const int Most = 5;
        Model model = ModelLoader.Load(checkpoint, context, Bind(parsed));
        if (model.UnexpectedTensors.Count > 0)
        {
            reporter.Warn($"{model.Architecture} does not use {model.UnexpectedTensors.Count} tensors of the checkpoint: {string.Join(", ", model.UnexpectedTensors.Take(Most))}");
        }

        return model;
    }

    /// <summary>Whether matrices stay as they are stored, in which they have no gradients.</summary>
    public bool KeepsDType(ParseResult parsed) => parsed.GetValue(_keepDType);

    public ModelLoadOptions Bind(ParseResult parsed) => new()
    {
        ConfigPath = parsed.GetValue(_config),
        KeepsStoredWeights = KeepsDType(parsed),
        Edit = EditOptions.Default with { AnyBase = parsed.GetValue(_anyBase) },
    };

    private ModelReference[] References(ParseResult parsed) =>
    [
        .. (parsed.GetValue(_models) ?? []).Select(text => ModelReference.Parse(text)),
        .. (parsed.GetValue(_vectors) ?? []).Select(text => ModelReference.Parse(text, isVector: true)),
    ];
}
