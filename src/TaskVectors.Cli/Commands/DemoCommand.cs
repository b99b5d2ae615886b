using System.CommandLine;
using System.Diagnostics;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Analysis;
using TaskVectors.Checkpoints;
using TaskVectors.Cli.Output;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec demo</c>: the main job on the vision transformers that come along.</summary>
internal sealed class DemoCommand : Verb
{
    private static readonly string[] Tasks = ["mnist", "fashion", "usps", "kannada"];

    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "FOLDER", Description = "Keep the results here. Default: a temporary folder that is removed." };

    private readonly Option<string?> _cache = new("--cache") { HelpName = "FOLDER", Description = "Where fetched test images lie; the user's cache folder by default." };
    private readonly Option<bool> _offline = new("--offline") { Description = "Fetch no test images and measure no accuracy." };

    public DemoCommand(Terminal terminal)
        : base("demo", "Compare, negate and add task vectors of real vision transformers, form an analogy, verify and measure the results.", terminal)
    {
        Add(_output);
        Add(_cache);
        Add(_offline);
    }

    public override IReadOnlyList<string> Examples => ["taskvec demo", "taskvec demo -o demo-results/", "taskvec demo --offline"];

    private static string Samples => Path.Combine(AppContext.BaseDirectory, "samples", "vit-small");

    protected override async Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string? kept = parsed.GetValue(_output);
        string folder = kept ?? Directory.CreateTempSubdirectory("taskvec-demo-").FullName;
        try
        {
            DemoMeasurement? measurement = parsed.GetValue(_offline) ? null : new DemoMeasurement(Samples, parsed.GetValue(_cache), reporter);
            return await RunAsync(folder, measurement, reporter, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<int> RunAsync(string folder, DemoMeasurement? measurement, Reporter reporter, CancellationToken cancellationToken)
    {
        reporter.Note("Five vision transformers of 454,080 parameters: a base, and the same fine-tuned on MNIST, Fashion-MNIST, USPS and Kannada-MNIST.");
        ComparisonReport comparison = await CompareAsync(cancellationToken).ConfigureAwait(false);
        var steps = new List<DemoStep>
        {
            await EditAsync("task vector of MNIST", "mnist - base", folder, "mnist-vector", cancellationToken).ConfigureAwait(false),
            await EditAsync("negate: forget MNIST", "base - mnist-vector", folder, "negated", cancellationToken).ConfigureAwait(false),
            await EditAsync("add: MNIST and Fashion-MNIST", "base + 0.4*(mnist - base) + 0.4*(fashion - base)", folder, "added", cancellationToken).ConfigureAwait(false),
            await EditAsync("analogy: USPS is to MNIST as Kannada is to ...", "kannada + (mnist - usps)", folder, "analogy", cancellationToken).ConfigureAwait(false),
        };
        IReadOnlyList<DemoAccuracy> accuracies = measurement is null ? [] : await MeasureAsync(measurement, folder, cancellationToken).ConfigureAwait(false);
        new DemoReport(comparison, steps, measurement?.Sets ?? [], accuracies).Write(reporter);
        return steps.TrueForAll(step => step.IsVerified) ? ExitCode.Done : ExitCode.FailedCheck;
    }

    private static async Task<IReadOnlyList<DemoAccuracy>> MeasureAsync(DemoMeasurement measurement, string folder, CancellationToken cancellationToken)
    {
        await measurement.FetchAsync(cancellationToken).ConfigureAwait(false);
        (string Name, string Path)[] models =
        [
            ("pre-trained", SamplePath("base")),
            ("fine-tuned on MNIST", SamplePath("mnist")),
            ("fine-tuned on Fashion-MNIST", SamplePath("fashion")),
            ("negated: MNIST", Path.Combine(folder, "negated.safetensors")),
            ("added: MNIST and Fashion-MNIST", Path.Combine(folder, "added.safetensors")),
            ("analogy", Path.Combine(folder, "analogy.safetensors")),
        ];
        return measurement.Sets.Count == 0 ? [] : [.. models.Select(model => measurement.Measure(model.Name, Checkpoint.Open(model.Path), cancellationToken))];
    }

    private static Task<ComparisonReport> CompareAsync(CancellationToken cancellationToken) => TaskVectorComparison.RunAsync(
        Named("base"), [.. Tasks.Select(Named)], new AnalysisOptions(), cancellationToken: cancellationToken);

    private static NamedCheckpoint Named(string name) => new(name, Checkpoint.Open(SamplePath(name)));

    private static string SamplePath(string name) => Path.Combine(Samples, name + ".safetensors");

    private static async Task<DemoStep> EditAsync(string title, string text, string folder, string name, CancellationToken cancellationToken)
    {
        string vector = Path.Combine(folder, "mnist-vector.safetensors");
        var models = new ExpressionModels();
        foreach (string model in Tasks.Prepend("base"))
        {
            _ = models.Add(model, Checkpoint.Open(SamplePath(model)));
        }

        if (File.Exists(vector))
        {
            _ = models.Add("mnist-vector", CheckpointFormats.Open(vector));
        }

        PeakMemory.Reset();
        var clock = Stopwatch.StartNew();
        EditExpression expression = EditExpression.Parse(text, models);
        string output = Path.Combine(folder, name + ".safetensors");
        EditOptions options = EditOptions.Default with { Expression = text, Force = true };
        Manifest manifest = await (expression.Checkpoint?.SaveAsync(output, options, cancellationToken: cancellationToken)
            ?? expression.TaskVector!.SaveAsync(output, options, cancellationToken: cancellationToken)).ConfigureAwait(false);
        double seconds = clock.Elapsed.TotalSeconds;
        string command = $"taskvec edit \"{text}\" --model ... -o {name}.safetensors";
        return new DemoStep(
            title, command, manifest.Files.Sum(file => file.Bytes), seconds, PeakMemory.Bytes(), manifest.EditNorm, OutputVerifier.Verify(output, cancellationToken: cancellationToken).IsGood);
    }
}
