using System.CommandLine;
using TaskVectors.Cli.Models;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Options;

/// <summary>The base, and the task vectors over it that a command looks at: checkpoints, stored task vectors, adapters and parts of a decomposition.</summary>
internal sealed class ComparedModels
{
    private readonly Option<string> _base = new("--base")
    {
        Required = true,
        HelpName = "BASE",
        Description = "The pre-trained checkpoint: PATH or NAME=PATH.",
    };

    private readonly Argument<string[]> _models = new("NAME=PATH")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Checkpoints fine-tuned from the base, stored task vectors or adapters.",
    };

    private readonly PartsOption _parts = new();
    private readonly Option<MissingTensors?> _missing = OptionFactory.Word<MissingTensors>(
        "--missing", "Tensors that a model lacks or has on top. Default: error. base takes a lacking one as unchanged.");

    private readonly Option<bool> _anyBase = new("--any-base") { Description = "Take a stored task vector that was made from another base." };

    public void AddTo(Command command)
    {
        command.Add(_models);
        command.Add(_base);
        _parts.AddTo(command);
        command.Add(_missing);
        command.Add(_anyBase);
    }

    /// <summary>The models, opened; the base first.</summary>
    public ModelSet Open(ParseResult parsed)
    {
        ModelReference[] compared = [.. (parsed.GetValue(_models) ?? []).Select(text => ModelReference.Parse(text)), .. _parts.Bind(parsed)];
        if (compared.Length == 0)
        {
            throw new UsageException("There is nothing to look at; name models with NAME=PATH, or the folder of a decomposition with --parts.");
        }

        ModelSet models = ModelSet.Open([ModelReference.Parse(parsed.GetRequiredValue(_base)), .. compared]);
        _ = models.RequireCheckpoint(0);
        return models;
    }

    public MissingTensors Missing(ParseResult parsed) => parsed.GetValue(_missing) ?? MissingTensors.Error;

    public bool IsAnyBase(ParseResult parsed) => parsed.GetValue(_anyBase);
}
