using System.Diagnostics;
using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Checkpoints.Statistics;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Models.Data;
using TaskVectors.Models.Evaluation;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>
/// Statistics of a model on data, as the merge methods <c>fisher</c> and <c>regmean</c> read them: planned first, so that all mistakes come before the work, and then
/// written. The examples and the head are those of an evaluator: what it measures, statistics are made of. The same model, options, examples, number of threads
/// and linear algebra library give the same bytes.
/// </summary>
/// <remarks>
/// <para>
/// Fisher information (Matena and Raffel, "Merging Models with Fisher-Weighted Averaging", NeurIPS 2022, section 3.1): for every parameter
/// F = (1/N) sum_x E_{y ~ p(y|x)} (d log p(y|x) / d theta)^2. For a language model an example is a piece of text and log p(y|x) the sum over its tokens, each given
/// those of the text before it. Parameters that the predictions do not depend on are left out.
/// </para>
/// <para>
/// Gram matrices (Jin et al., "Dataless Knowledge Fusion by Merging Weights of Language Models", ICLR 2023, section 3.2): X^T X / n of the n vectors that each
/// linear layer takes over all examples; padding takes no part.
/// </para>
/// </remarks>
public sealed class ModelStatistics : IDisposable
{
    private readonly IScoredExamples _examples;
    private readonly IStatisticsPass _pass;
    private readonly StatisticsOptions _options;
    private readonly string _task;
    private readonly int[] _chosen;

    private ModelStatistics(Model model, ModelEvaluator evaluator, IScoredExamples examples, StatisticsKind kind, StatisticsOptions options)
    {
        (_examples, _options, _task, Kind) = (examples, options, evaluator.Name, kind);
        _pass = kind == StatisticsKind.Fisher ? new FisherPass(model, examples, options) : new GramPass(model, examples);
        if (_pass.Tensors.Count == 0)
        {
            throw new StatisticsException("statistics.empty", $"{model.Architecture} has no tensor that there are statistics of kind {OptionNames.Of(kind)} of.");
        }

        _chosen = examples.Count <= options.MaximumExamples
            ? [.. Enumerable.Range(0, examples.Count)]
            : [.. SeededOrder.Shuffle(examples.Count, options.Seed).Take(options.MaximumExamples).Order()];
        Tensors = [.. _pass.Tensors.Select(tensor => new TensorInfo(tensor.Name, options.DType, tensor.Shape))];
        Groups = [.. Group(_pass.Tensors, options.Memory)];
    }

    /// <summary>The statistics.</summary>
    public StatisticsKind Kind { get; }

    /// <summary>Where the labels of Fisher information come from; <see langword="null"/> for other statistics.</summary>
    public FisherLabels? Labels => (_pass as FisherPass)?.Labels;

    /// <summary>The number of examples.</summary>
    public int Examples => _chosen.Length;

    /// <summary>The tensors that are written.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; }

    /// <summary>How often the examples are run: more than once where the sums of all tensors do not fit into memory together.</summary>
    public int Passes => Groups.Count;

    private IReadOnlyList<string[]> Groups { get; }

    /// <summary>Plans statistics; runs one example.</summary>
    /// <param name="model">The model, with F32 weights where gradients are needed.</param>
    /// <param name="evaluator">
    /// An <see cref="ImageClassificationEvaluator"/> or <see cref="TextClassificationEvaluator"/> with the model's own head or a frozen one of logits, or a <see cref="PerplexityEvaluator"/>.
    /// </param>
    /// <param name="kind">The statistics.</param>
    /// <param name="options">How.</param>
    /// <exception cref="StatisticsException">The evaluator or the labels do not suit.</exception>
    /// <exception cref="TaskVectorsException">The model is of another kind, or an example does not fit it.</exception>
    public static ModelStatistics Plan(Model model, ModelEvaluator evaluator, StatisticsKind kind, StatisticsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(evaluator);
        options ??= new StatisticsOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaximumExamples, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Memory, 1, nameof(options));
        IScoredExamples examples = evaluator switch
        {
            ClassificationEvaluator classification => new ClassifiedExamples(classification, model),
            PerplexityEvaluator perplexity => new ForeseenPieces(perplexity, model),
            _ => throw new StatisticsException("statistics.task", $"There are no statistics for {evaluator.Name}: image-classification, text-classification and perplexity have them."),
        };
        try
        {
            return new ModelStatistics(model, evaluator, examples, kind, options);
        }
        catch
        {
            examples.Dispose();
            throw;
        }
    }

    /// <summary>Runs the examples and writes the file, with a manifest; an existing one is replaced when all is done.</summary>
    /// <param name="target">The file, whose folder is made where it is not there.</param>
    /// <param name="checkpoint">What the model was loaded from; its fingerprint goes with the statistics.</param>
    /// <param name="name">What the user calls the model.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Stops between examples; nothing is left behind.</param>
    /// <exception cref="TaskVectorsException">An example does not fit the model, scores are not finite, or writing failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(OutputTarget target, Checkpoint checkpoint, string name, IProgress<StatisticsProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (!target.IsSingleFile)
        {
            throw new StatisticsException("statistics.output", $"Statistics are one file that ends in .safetensors, which '{target.Path}' does not.");
        }

        var watch = Stopwatch.StartNew();
        var origin = CheckpointOrigin.Of(checkpoint);
        MakeFolderOf(target.Path);
        using var file = new SafetensorsWriter(target.Path, Tensors, MetadataOf(checkpoint, name));
        long done = 0;
        long total = (long)Examples * Passes;
        foreach (string[] group in Groups)
        {
            foreach ((string tensor, double[] values) in _pass.Run(group, _chosen, Advance, cancellationToken))
            {
                file.Write(tensor, values);
            }
        }

        file.Seal();
        _ = new WrittenOutput
        {
            Kind = StatisticsMetadata.StatisticsValue,
            Expression = $"statistics({origin.Expression}, kind: {OptionNames.Of(Kind)}, task: {_task})",
            Inputs = origin.Inputs,
            DType = _options.DType,
            Seed = _options.Seed,
            Elapsed = watch.Elapsed,
        }.Record(target.ManifestPath, [Path.GetFileName(target.Path)]);

        void Advance(int count)
        {
            done += count;
            progress?.Report(new StatisticsProgress(done, total, watch.Elapsed, watch.Elapsed / done * (total - done)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _examples.Dispose();

    private static void MakeFolderOf(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, $"The folder of '{path}' cannot be made: {error.Message}", error);
        }
    }

    private Dictionary<string, string> MetadataOf(Checkpoint checkpoint, string name)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [TaskVectorMetadata.KindKey] = StatisticsMetadata.StatisticsValue,
            [TaskVectorMetadata.ToolVersionKey] = ToolVersion.Current,
            [StatisticsMetadata.StatisticsKey] = OptionNames.Of(Kind),
            [StatisticsMetadata.ModelFingerprintKey] = ModelFingerprint.Of(checkpoint),
            [StatisticsMetadata.ModelNameKey] = name,
            [StatisticsMetadata.TaskKey] = _task,
            [StatisticsMetadata.ExamplesKey] = Examples.ToString(CultureInfo.InvariantCulture),
            [StatisticsMetadata.SeedKey] = _options.Seed.ToString(CultureInfo.InvariantCulture),
        };
        if (Labels is { } labels)
        {
            metadata.Add(StatisticsMetadata.LabelsKey, OptionNames.Of(labels));
        }

        if (_pass is GramPass { InputRows.Count: > 0 } gram)
        {
            metadata.Add(StatisticsMetadata.InputRowsKey, string.Join('\n', gram.InputRows.Order(StringComparer.Ordinal)));
        }

        return metadata;
    }

    // In the order of the tensors, as many as fit; one that is too large by itself is alone.
    private static IEnumerable<string[]> Group(IReadOnlyList<(string Name, TensorShape Shape)> tensors, long memory)
    {
        var group = new List<string>();
        long used = 0;
        foreach ((string name, TensorShape shape) in tensors)
        {
            long bytes = shape.ElementCount * sizeof(double);
            if (group.Count > 0 && used + bytes > memory)
            {
                yield return [.. group];
                group.Clear();
                used = 0;
            }

            group.Add(name);
            used += bytes;
        }

        yield return [.. group];
    }
}
