using System.CommandLine;
using TaskVectors.Cli.Models;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Reports;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec decompose --base BASE NAME=PATH NAME=PATH ... -o FOLDER</c>.</summary>
internal sealed class DecomposeCommand : Verb
{
    private readonly Option<string> _base = new("--base")
    {
        Required = true,
        HelpName = "BASE",
        Description = "The pre-trained checkpoint: PATH or NAME=PATH.",
    };

    private readonly Argument<string[]> _models = new("NAME=PATH")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "Two or more checkpoints fine-tuned from the base, stored task vectors or adapters.",
    };

    private readonly SubspaceOptionGroup _subspace = new();
    private readonly Option<VectorPolicy?> _vectors = OptionFactory.Word<VectorPolicy>(
        "--vectors",
        "Biases, norms, embeddings, heads: unique (default), mean (shared is the mean of biases and norms), drop (in neither part).");

    private readonly Option<OutputAxis?> _axis = OptionFactory.Word<OutputAxis>(
        "--output-axis", "Which dimension of a weight is that of outputs. Default: first; last for GPT-2 and where the base's metadata say layout HWIO.");

    private readonly MatrixOptionGroup _matrices = new("Matrices to decompose.");
    private readonly Option<MissingTensors?> _missing = OptionFactory.Word<MissingTensors>(
        "--missing", "Tensors that a model lacks or has on top. Default: error. base takes a lacking one as unchanged.");

    private readonly Option<bool> _anyBase =
        new("--any-base") { Description = "Take a stored task vector that was made from another base." };

    private readonly Option<bool> _lowRank = new("--low-rank")
    {
        Description = "Write parts that have factors as PEFT adapters: every shared part, and the unique parts of adapters.",
    };

    private readonly Option<string> _uniqueRank = new("--unique-rank")
    {
        HelpName = "RULE",
        Description = "With --low-rank: cut the unique parts of dense task vectors to a rank (rank:R, energy:E, fraction:F) and report what is lost.",
    };

    private readonly Option<bool> _strict = new("--strict")
    {
        Description = "Make the plan's warnings errors, such as a rank under which chance alone passes the cut.",
    };

    private readonly PictureOption _picture = new();
    private readonly OutputOptionGroup _output = new("FOLDER", "The folder of the parts: a task-vector file or an adapter for each, and report.json.");

    public DecomposeCommand(Terminal terminal)
        : base("decompose", "Split task vectors into what they share and what is unique to each.", terminal)
    {
        Add(_models);
        Add(_base);
        _subspace.AddTo(this);
        Add(_vectors);
        _matrices.AddTo(this);
        Add(_axis);
        Add(_missing);
        Add(_anyBase);
        Add(_lowRank);
        Add(_uniqueRank);
        Add(_strict);
        Add(_picture);
        _output.AddTo(this);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec decompose --base gpt2/ math=gpt2-math/ code=gpt2-code/ toxic=gpt2-toxic/ -o parts/",
        "taskvec decompose --base gpt2/ toxic=toxic-lora/ math=math-lora/ --vectors drop --low-rank -o parts/",
        "taskvec decompose --base vit/ mnist=vit-mnist/ usps=vit-usps/ --picture shared.svg -o parts/",
        "taskvec edit \"base - 1.5*unique:toxic\" -m base=gpt2/ --parts parts/ -o clean/",
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        IEnumerable<string> paths = parsed.GetRequiredValue(_models).Prepend(parsed.GetRequiredValue(_base));
        DecompositionOptions options = Bind(parsed);
        _picture.RequireFree(parsed, options.Force);
        ModelSet models = ModelSet.Open([.. paths.Select(text => ModelReference.Parse(text))]);
        _ = models.RequireCheckpoint(0);
        DecompositionInput[] inputs = [.. models.Models.Select(model => new DecompositionInput(model.Name, model.RequireStored(), model.IsVector))];
        DecompositionPlan plan = DecompositionPlanner.Plan(inputs[0], inputs[1..], _output.Target(parsed), options);
        if (_output.IsDryRun(parsed))
        {
            new DecompositionPlanReport(plan).Write(reporter);
            return ExitCode.Done;
        }

        DecompositionReport report = await ProgressDisplay.RunAsync(
            reporter, plan.Target, progress => DecompositionRunner.RunAsync(plan, progress, cancellationToken)).ConfigureAwait(false);
        new DecompositionText(report, plan.Target).Write(reporter);
        _picture.Write(parsed, reporter, () => DecompositionPicture.Draw(report));
        return ExitCode.Done;
    }

    private DecompositionOptions Bind(ParseResult parsed)
    {
        EditOptions resources = _output.Bind(parsed);
        return DecompositionOptions.Default with
        {
            Subspace = _subspace.Bind(parsed),
            Vectors = parsed.GetValue(_vectors) ?? DecompositionOptions.Default.Vectors,
            Filter = _matrices.Bind(parsed),
            OutputAxis = parsed.GetValue(_axis),
            Missing = parsed.GetValue(_missing) ?? DecompositionOptions.Default.Missing,
            AnyBase = parsed.GetValue(_anyBase),
            LowRank = parsed.GetValue(_lowRank),
            UniqueRank = parsed.GetValue(_uniqueRank) is { } rule ? RankRule.Parse(rule) : null,
            Strict = parsed.GetValue(_strict),
            Force = resources.Force,
            Resume = resources.Resume,
            Memory = resources.Memory,
            Threads = resources.Threads,
        };
    }
}
