using System.CommandLine;
using System.Diagnostics;
using TaskVectors.Cli.Output;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;
using TaskVectors.Models.Training.Configuration;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec train CONFIG.yml -o OUT</c>.</summary>
internal sealed class TrainCommand : Verb
{
    private readonly Argument<string> _configuration = new("CONFIG.yml") { Description = "Model, data and settings; docs/training.md lists the keys." };
    private readonly Option<string> _output = new("--output", "-o") { Required = true, HelpName = "OUT", Description = "The folder of the trained model or adapter." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Open the model and the data and print what would be trained; write nothing." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a run that is there." };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with an interrupted run; the bytes are those of an uninterrupted one." };
    private readonly Option<int?> _threads = new("--threads") { HelpName = "NUMBER", Description = "How many threads share an operation. Default: the number of processors." };
    private readonly Option<ulong?> _seed = new("--seed") { HelpName = "NUMBER", Description = "In place of the configuration's: seed of orders and parts." };

    public TrainCommand(Terminal terminal)
        : base("train", "Fine-tune a classifier or a language model, whole or by adapters.", terminal)
    {
        Add(_configuration);
        Add(_output);
        Add(_dryRun);
        Add(_force);
        Add(_resume);
        Add(_threads);
        Add(_seed);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec train fashion.yml -o vit-fashion/",
        "taskvec train reviews-lora.yml -o lora-reviews/ --threads 8",
        "taskvec train reviews.yml -o minilm-reviews/ --resume",
        "taskvec train tweets.yml -o llama-tweets/ --dry-run --json",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string folder = Folder(parsed);
        if (parsed.GetValue(_threads) is < 1)
        {
            throw new UsageException("--threads is at least 1.");
        }

        var watch = Stopwatch.StartNew();
        var configuration = TrainingConfiguration.Load(parsed.GetRequiredValue(_configuration));
        using ComputeContext context = new(new ComputeOptions { Threads = parsed.GetValue(_threads) ?? 0 });
        using var job = TrainingJob.Open(configuration, context, parsed.GetValue(_seed), reporter.Note);
        job.RequireFree(folder, parsed.GetValue(_resume), parsed.GetValue(_force));
        TrainingText text = new(job, folder);
        if (parsed.GetValue(_dryRun))
        {
            text.WritePlan(reporter);
            return Task.FromResult(ExitCode.Done);
        }

        TrainingResult result = Train(job, folder, parsed, reporter, cancellationToken);
        text.WriteResult(reporter, result, watch.Elapsed);
        return Task.FromResult(ExitCode.Done);
    }

    private TrainingResult Train(TrainingJob job, string folder, ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            return TrainingDisplay.Run(
                reporter, progress => job.Run(folder, parsed.GetValue(_resume), parsed.GetValue(_force), progress, cancellationToken));
        }
        catch (OperationCanceledException cause)
        {
            throw new InterruptedTrainingException(folder, cause);
        }
    }

    private string Folder(ParseResult parsed)
    {
        string folder = parsed.GetRequiredValue(_output);
        if (string.IsNullOrWhiteSpace(folder) || folder.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException("--output is a folder: a trained model goes with its configuration and tokenizer.");
        }

        return parsed.GetValue(_force) && parsed.GetValue(_resume) ? throw new UsageException("--force and --resume exclude each other.") : folder;
    }
}
