using System.CommandLine;
using TaskVectors.Cli.Models;
using TaskVectors.Execution;
using TaskVectors.Merging;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec merge --method METHOD --base BASE NAME=PATH ... -o OUT</c>: BASE + METHOD(NAME - BASE, ...).</summary>
internal sealed class MergeCommand : EditVerb
{
    private readonly Argument<string[]> _models = new("NAME=PATH")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "What to merge: checkpoints fine-tuned from BASE, task vectors or adapters.",
    };

    private readonly Option<string> _method = new("--method") { Required = true, HelpName = "METHOD", Description = "The merge method; 'taskvec methods' lists them." };
    private readonly Option<string> _base = new("--base") { Required = true, HelpName = "BASE", Description = "The pre-trained checkpoint: PATH or NAME=PATH." };
    private readonly Option<string[]> _settings = new("--set")
    {
        HelpName = "PARAMETER=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        Description = "A parameter of the method, or NAME.PARAMETER=VALUE for one model; 'taskvec methods METHOD' lists them. Repeatable.",
    };

    public MergeCommand(Terminal terminal)
        : base("merge", "Merge models by a method of the literature: BASE + METHOD(task vectors).", terminal)
    {
        Add(_models);
        Add(_method);
        Add(_base);
        Add(_settings);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec merge --method tsvm --base gpt2/ math=gpt2-math/ code=gpt2-code/ --set alpha=0.9 -o merged/",
        "taskvec merge --method decomposed --base llama/ a=adapter-a/ b=adapter-b/ -o merged/",
    ];

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed) =>
        [
            ModelReference.Parse(parsed.GetRequiredValue(_base)),
            .. parsed.GetRequiredValue(_models).Select(text => ModelReference.Parse(text)),
        ];

    protected override string Compose(ParseResult parsed, ModelSet models)
    {
        OpenedModel to = models.RequireCheckpoint(0);
        OpenedModel[] merged = [.. models.Models.Skip(1)];
        IMergeMethod method = MergeMethods.Find(parsed.GetRequiredValue(_method));
        MergeSetting[] settings = [.. (parsed.GetValue(_settings) ?? []).Select(text => Setting(text, merged))];
        var arguments = MergeArguments.Bind(method, merged.Length, settings, out IReadOnlyList<MergeException> errors);
        if (errors.Count > 0)
        {
            throw errors.Count == 1 ? errors[0] : new AggregateEditException(errors);
        }

        string values = arguments.ToText(name => settings.Any(setting => setting.Parameter == name));
        IEnumerable<string> vectors = merged.Select(model => model.IsVector ? model.Quoted : $"{model.Quoted} - {to.Quoted}");
        return $"{to.Quoted} + {method.Name}({string.Join(", ", values.Length > 0 ? vectors.Append(values) : vectors)})";
    }

    // Names of models may hold dots, names of parameters do not.
    private static MergeSetting Setting(string text, OpenedModel[] models)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new UsageException($"'{Printable.Of(text)}' is no setting; write PARAMETER=VALUE, or NAME.PARAMETER=VALUE for one model.");
        }

        string key = text[..equals];
        int dot = key.LastIndexOf('.');
        int model = dot < 0 ? -1 : Array.FindIndex(models, candidate => candidate.Name == key[..dot]);
        return dot >= 0 && model < 0
            ? throw new UsageException($"'{Printable.Of(key[..dot])}' is none of the models merged: {string.Join(", ", models.Select(candidate => Printable.Of(candidate.Name)))}.")
            : new MergeSetting(key[(dot + 1)..], text[(equals + 1)..], model < 0 ? null : model);
    }
}
