using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Analysis;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec lora extract BASE FINETUNED -o ADAPTER --rank R|--energy E</c>.</summary>
internal sealed class LoraExtractCommand : Verb
{
    private readonly Argument<string> _base = new("BASE") { Description = "The pre-trained checkpoint: PATH or NAME=PATH." };
    private readonly Argument<string> _finetuned = new("FINETUNED") { Description = "The fine-tuned checkpoint, a stored task vector or an adapter." };
    private readonly Option<string> _output = new("--output", "-o") { Required = true, HelpName = "ADAPTER", Description = "The folder of the adapter." };
    private readonly Option<int?> _rank = new("--rank") { HelpName = "R", Description = "The rank of every module; less where a matrix is smaller, which is noted. An error where all are." };
    private readonly Option<double?> _energy = OptionFactory.Number("--energy", "The least rank that holds this share of each matrix' squared norm, such as 0.9.");
    private readonly Option<IReadOnlyList<NamePattern>> _save = OptionFactory.Patterns(
        "--modules-to-save", "Tensors to store whole, such as a new head or norms; PEFT's modules_to_save. Repeatable.");

    private readonly Option<string> _baseName = new("--base-name") { HelpName = "NAME", Description = "base_model_name_or_path of the adapter. Default: the path of BASE." };
    private readonly Option<DType?> _dtype = OptionFactory.FloatType("--dtype", "Element type of factors and copies. Default: f32.");
    private readonly Option<OutputAxis?> _axis = OptionFactory.Word<OutputAxis>(
        "--output-axis", "Which dimension of a weight is that of outputs. Default: first; last for GPT-2 (fan_in_fan_out).");

    private readonly MatrixOptionGroup _matrices = new("Matrices that get factors.");
    private readonly Option<MissingTensors?> _missing = OptionFactory.Word<MissingTensors>("--missing", "Tensors that a model lacks or has on top. Default: error.");
    private readonly Option<bool> _anyBase = new("--any-base") { Description = "Take a stored task vector that was made from another base." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output that this program wrote." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Compute the factors and their errors; write nothing." };
    private readonly ResourceOptionGroup _resources = new();

    public LoraExtractCommand(Terminal terminal)
        : base("extract", "Make a LoRA adapter that PEFT loads of a fine-tuned model, and say what it loses.", terminal)
    {
        Add(_base);
        Add(_finetuned);
        Add(_output);
        Add(_rank);
        Add(_energy);
        Add(_save);
        Add(_baseName);
        Add(_dtype);
        _matrices.AddTo(this);
        Add(_axis);
        Add(_missing);
        Add(_anyBase);
        Add(_dryRun);
        Add(_force);
        _resources.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec lora extract llama/ llama-math/ --rank 32 --dtype bf16 -o math-lora/",
        "taskvec lora extract bert/ bert-spam/ --energy 0.9 --modules-to-save classifier -o spam-lora/",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        LowRankOptions options = Bind(parsed);
        string basePath = parsed.GetRequiredValue(_base);
        ModelSet models = ModelSet.Open([ModelReference.Parse(basePath), ModelReference.Parse(parsed.GetRequiredValue(_finetuned))]);
        Checkpoint pretrained = Checkpoint.FromSource(models.RequireCheckpoint(0).RequireStored());
        string path = parsed.GetRequiredValue(_output);
        var target = new OutputTarget(string.IsNullOrWhiteSpace(path) ? throw new UsageException("--output is empty; name a folder.") : path);
        var output = new AdapterOutput(
            target,
            [.. models.Models.Select(model => new NamedSource(model.Name, model.RequireStored()))],
            parsed.GetValue(_anyBase),
            parsed.GetValue(_force));
        TaskVector vector = models[1].IsVector ? TaskVector.FromSource(models[1].Source) : Checkpoint.FromSource(models[1].Source) - pretrained;
        LowRankResult result = await ProgressDisplay.RunAsync(
            reporter, progress => LowRankExtraction.RunAsync(pretrained, vector, options, progress, cancellationToken)).ConfigureAwait(false);
        bool isDryRun = parsed.GetValue(_dryRun);
        if (!isDryRun)
        {
            output.Write(result, options.DType, parsed.GetValue(_baseName) ?? ModelReference.Parse(basePath).Path);
        }

        new ExtractionText(result, options.Rank, target, isDryRun).Write(reporter);
        return ExitCode.Done;
    }

    private LowRankOptions Bind(ParseResult parsed) => new()
    {
        Rank = Rule(parsed),
        Filter = _matrices.Bind(parsed),
        Save = parsed.GetValue(_save) is { Count: > 0 } patterns ? new TensorFilter([.. patterns], []) : null,
        OutputAxis = parsed.GetValue(_axis),
        DType = parsed.GetValue(_dtype) ?? DType.F32,
        Missing = parsed.GetValue(_missing) ?? MissingTensors.Error,
        Memory = _resources.Memory(parsed),
        Threads = _resources.Threads(parsed),
    };

    private RankRule Rule(ParseResult parsed) => (parsed.GetValue(_rank), parsed.GetValue(_energy)) switch
    {
        ({ } rank, null) => rank >= 1 ? new FixedRank(rank) : throw new UsageException($"--rank is {rank}; it must be at least 1."),
        (null, { } energy) => energy is > 0 and <= 1
            ? new EnergyRank(energy)
            : throw new UsageException(FormattableString.Invariant($"--energy is {energy}; it must lie above 0 and be at most 1.")),
        _ => throw new UsageException("Give either --rank R or --energy E."),
    };
}
