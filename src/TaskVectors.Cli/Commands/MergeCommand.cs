using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints.Masks;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Masks;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;
using TaskVectors.Recipes;

namespace TaskVectors.Cli.Commands;

/// <summary>
/// <c>taskvec merge --method METHOD --base BASE NAME=PATH ... -o OUT</c>: BASE + METHOD(NAME - BASE, ...), or METHOD(NAME, ...) for methods that merge models.
/// </summary>
internal sealed class MergeCommand : EditVerb
{
    private const string VariantSetting = "variant=";

    private static readonly string MaskEnding = Path.GetFileNameWithoutExtension(MaskMetadata.Extension);

    private readonly Argument<string[]> _models = new("RECIPE.yml | NAME=PATH")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "A recipe; or, with --method and --base, what to merge: checkpoints fine-tuned from BASE, task vectors or adapters.",
    };

    private readonly Option<string> _method = new("--method") { HelpName = "METHOD", Description = "The merge method; 'taskvec methods' lists them." };
    private readonly Option<string?> _base = new("--base")
    {
        HelpName = "BASE",
        Description = "The pre-trained checkpoint: PATH or NAME=PATH. Methods that merge models rather than task vectors can do without.",
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        HelpName = "PARAMETER=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        Description = "A parameter of the method, or NAME.PARAMETER=VALUE for one model; 'taskvec methods METHOD' lists them. Repeatable.",
    };

    private readonly RecipeOptionGroup _recipe = new();

    public MergeCommand(Terminal terminal)
        : base("merge", "Merge models by a method of the literature: BASE + METHOD(task vectors), or METHOD(models).", terminal)
    {
        Add(_models);
        Add(_method);
        Add(_base);
        Add(_settings);
        _recipe.AddTo(this);
        AddEditOptions();
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec merge --method tsvm --base gpt2/ math=gpt2-math/ code=gpt2-code/ --set alpha=0.9 -o merged/",
        "taskvec merge --method ties --base gpt2/ math=gpt2-math/ code=gpt2-code/ --set density=0.2 --set math.weight=0.7 -o merged/",
        "taskvec merge --method slerp a=run1/ b=run2/ --set t=0.3 -o merged/",
        "taskvec merge --method emr --base vit/ mnist=vit-mnist/ usps=vit-usps/ -o unified/",
        "taskvec merge --method fisher a=run1/ b=run2/ --set a.statistics=run1.fisher.safetensors --set b.statistics=run2.fisher.safetensors -o merged/",
        "taskvec merge recipe.yml -o merged/",
        "taskvec merge --method decomposed --base llama/ a=adapter-a/ b=adapter-b/ -o merged/",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string[] given = parsed.GetRequiredValue(_models);
        bool isRecipe = given is [var only] && (only.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || only.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase));
        bool hasMethod = parsed.GetValue(_method) is not null;
        bool hasBase = parsed.GetValue(_base) is not null;
        if (isRecipe && !hasMethod && !hasBase)
        {
            return RunRecipeAsync(Recipe.Load(given[0], _recipe.Bind(parsed)), parsed, reporter, cancellationToken);
        }

        if (_recipe.IsGiven(parsed))
        {
            throw new UsageException("--strict and --root are of recipes; give one that ends in .yml, without --method and --base.");
        }

        if (!hasMethod)
        {
            throw new UsageException("Give --method with the models to merge, and --base where it merges task vectors; or a recipe that ends in .yml.");
        }

        bool givesTasks = TaskSetting(parsed) is { } task && !Settings(parsed).Any(text => text.StartsWith(task + "=", StringComparison.Ordinal));
        return givesTasks && !IsDryRun(parsed)
            ? RunWithTasksAsync(parsed, reporter, cancellationToken)
            : base.RunAsync(parsed, reporter, cancellationToken);
    }

    protected override IReadOnlyList<ModelReference> References(ParseResult parsed) =>
        [
            .. parsed.GetValue(_base) is { } origin ? [ModelReference.Parse(origin)] : Array.Empty<ModelReference>(),
            .. parsed.GetRequiredValue(_models).Select(text => ModelReference.Parse(text)),
            .. StatisticsSettings.References(Settings(parsed), parsed.GetValue(_method)),
        ];

    protected override string Compose(ParseResult parsed, ModelSet models) => Compose(parsed, models, []);

    // The merged model, and beside it a task vector for each model: a mask of the merged one, or what the model's own has more than it.
    private async Task<int> RunWithTasksAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        var models = ModelSet.Open(References(parsed));
        OutputTarget target = Target(parsed);
        bool asMasks = MergeMethods.Find(parsed.GetRequiredValue(_method)).MasksTasks;
        OutputTarget[] outputs = [.. models.Models.Skip(1).Select(model => target.Beside(asMasks ? model.Name + MaskEnding : model.Name))];
        Array.ForEach(outputs, output => output.RequireFree(MayReplace(parsed)));
        EditReport merged = await JobOf(Compose(parsed, models), models, target, parsed, reporter).ReportAsync(cancellationToken).ConfigureAwait(false);
        ModelSet all = models.With("merged", target.Path);
        var reports = new List<EditReport>();
        for (int task = 0; task < outputs.Length; task++)
        {
            string text = Compose(parsed, models, [$"{TaskSetting(parsed)}={task + 1}"]);
            reports.Add(asMasks
                ? await WriteMaskAsync(text, all, outputs[task], parsed, reporter, cancellationToken).ConfigureAwait(false)
                : await JobOf($"{text} - {all[^1].Quoted}", all, outputs[task], parsed, reporter).ReportAsync(cancellationToken).ConfigureAwait(false));
        }

        new TaskMergeReport(merged, reports).Write(reporter);
        return ExitCode.Done;
    }

    private async Task<EditReport> WriteMaskAsync(string text, ModelSet models, OutputTarget target, ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        Checkpoint model = EditExpression.Parse(text, models.ToExpressionModels()).Checkpoint!;
        EditOptions options = OptionsFor(parsed, target) with { ModelNames = models.NamesByPath };
        if (!reporter.IsJson)
        {
            reporter.Note($"Mask of: {Printable.Of(text)}");
        }

        Manifest manifest = await ProgressDisplay.RunAsync(
            reporter, target, progress => TaskMask.WriteAsync(model, models.Models[0].RequireStored(), models[^1].RequireStored(), target, options, progress, cancellationToken)).ConfigureAwait(false);
        return new EditReport(target, manifest, manifest.Warnings);
    }

    private string? TaskSetting(ParseResult parsed) => MergeMethods.Find(parsed.GetRequiredValue(_method)).TaskParameter?.Name;

    private string[] Settings(ParseResult parsed) => parsed.GetValue(_settings) ?? [];

    private string[] ParameterSettings(ParseResult parsed) => [.. Settings(parsed).Where(text => !StatisticsSettings.IsOne(text, parsed.GetValue(_method)))];

    private string Compose(ParseResult parsed, ModelSet models, string[] added)
    {
        IMergeMethod method = MergeMethods.Find(parsed.GetRequiredValue(_method));
        OpenedModel? origin = parsed.GetValue(_base) is null ? null : models.RequireCheckpoint(0);
        OpenedModel[] merged = [.. models.Models.Skip(origin is null ? 0 : 1).Take(parsed.GetRequiredValue(_models).Length)];
        bool isOfVectors = method.Base == BaseRole.Origin || (method.Base == BaseRole.OptionalOrigin && origin is not null);
        if (isOfVectors)
        {
            _ = origin ?? throw new UsageException($"The method {method.Name} merges task vectors and needs the base they are relative to; name it with --base.");
            return $"{origin.Quoted} + {Call([.. Settings(parsed), .. added], method, merged, merged.Select(model => model.IsVector ? model.Quoted : $"{model.Quoted} - {origin.Quoted}"))}";
        }

        BaseRole role = method.BaseUnder(Settings(parsed).LastOrDefault(text => text.StartsWith(VariantSetting, StringComparison.Ordinal))?[VariantSetting.Length..]);
        OpenedModel[] operands = role == BaseRole.First && origin is not null ? [origin, .. merged] : merged;
        IEnumerable<string> statistics = StatisticsSettings.Names(method, operands, models);
        string call = Call([.. ParameterSettings(parsed), .. added], method, operands, [.. operands.Select(model => Point(method, model, origin)), .. statistics]);

        // The base of an average plays no part but says what the result is made like.
        return role == BaseRole.Unused && origin is not null ? $"{origin.Quoted} + ({call} - {origin.Quoted})" : call;
    }

    private static string Point(IMergeMethod method, OpenedModel model, OpenedModel? origin) => (model.IsVector, origin) switch
    {
        (false, _) => model.Quoted,
        (true, { } from) => $"{from.Quoted} + {model.Quoted}",
        _ => throw new UsageException($"The method {method.Name} merges models and '{Printable.Of(model.Name)}' is a task vector; name its base with --base."),
    };

    private static string Call(string[] given, IMergeMethod method, OpenedModel[] operands, IEnumerable<string> texts)
    {
        MergeSetting[] settings = [.. given.Select(text => Setting(text, operands))];
        var arguments = MergeArguments.Bind(method, operands.Length, settings, out IReadOnlyList<MergeException> errors);
        if (errors.Count > 0)
        {
            throw errors.Count == 1 ? errors[0] : new AggregateEditException(errors);
        }

        string values = arguments.ToText(name => settings.Any(setting => setting.Parameter == name));
        return $"{method.Name}({string.Join(", ", values.Length > 0 ? texts.Append(values) : texts)})";
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
