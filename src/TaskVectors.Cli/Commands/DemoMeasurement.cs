using TaskVectors.Algebra;
using TaskVectors.Cli.Output;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Fetching;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Commands;

/// <summary>Fetches test images and measures the demo's models on them; without images it says why and measures nothing.</summary>
/// <param name="samples">The folder with configuration and heads.</param>
/// <param name="cache">Where fetched sets lie; the user's cache folder by default.</param>
/// <param name="reporter">Told what cannot be had.</param>
internal sealed class DemoMeasurement(string samples, string? cache, Reporter reporter)
{
    /// <summary>The first images of a seeded order: the interval of an accuracy of 0.9 is 0.026 wide.</summary>
    private const int TestImages = 2000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly (string Set, string Head)[] Known = [("mnist", "mnist"), ("fashion-mnist", "fashion")];

    private readonly List<(string Set, ImageClassificationEvaluator Evaluator)> _evaluators = [];

    /// <summary>The sets that could be had.</summary>
    public IReadOnlyList<string> Sets => [.. _evaluators.Select(pair => pair.Set)];

    /// <summary>Gets the images.</summary>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        var fetcher = new DataFetcher(cache, reporter.Note);
        foreach ((string set, string head) in Known)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            try
            {
                FetchedData data = await fetcher.FetchAsync(DataSources.Find(set), cancellationToken: patience.Token).ConfigureAwait(false);
                _evaluators.Add((set, Open(data.Folder, head)));
            }
            catch (TaskVectorsException failure)
            {
                reporter.Warn($"accuracy on {set} is not measured: {failure.Message}");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reporter.Warn($"accuracy on {set} is not measured: it could not be fetched within {Patience.TotalSeconds:F0} seconds.");
            }
        }
    }

    /// <summary>Measures a model on every set.</summary>
    public DemoAccuracy Measure(string name, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        using ComputeContext context = new();
        using Model model = ModelLoader.Load(checkpoint, context, new ModelLoadOptions { ConfigPath = Path.Combine(samples, "config.json") });
        return new DemoAccuracy(name, [.. _evaluators.Select(pair => pair.Evaluator.Evaluate(model, cancellationToken)["accuracy"])]);
    }

    private ImageClassificationEvaluator Open(string folder, string head)
    {
        var test = IdxImageDataset.Open(FileOf(folder, "t10k-images"), FileOf(folder, "t10k-labels"));
        int[] chosen = [.. SeededOrder.Shuffle(test.Count, seed: 0).Take(TestImages)];
        var examples = ImageExamples.From(new ImageSubset(test, chosen), ImageProcessor.Load(samples));
        return new ImageClassificationEvaluator(examples, FrozenHead.Load(Path.Combine(samples, "heads.safetensors"), head));
    }

    private static string FileOf(string folder, string start) => Directory.GetFiles(folder, start + "*").Order(StringComparer.Ordinal).FirstOrDefault()
        ?? throw new DataException("data.missing", $"{folder} has no file {start}*. Fetch the set again with 'taskvec data fetch NAME --force'.");
}
