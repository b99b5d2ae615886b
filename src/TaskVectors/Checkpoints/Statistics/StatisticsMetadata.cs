using System.Collections.Frozen;

namespace TaskVectors.Checkpoints.Statistics;

/// <summary>The metadata by which a file of statistics is told from a model, and finds the model that it was made of.</summary>
public static class StatisticsMetadata
{
    /// <summary>The value of <see cref="TaskVectorMetadata.KindKey"/> for statistics.</summary>
    public const string StatisticsValue = "statistics";

    /// <summary>Which statistics: the name of a <see cref="StatisticsKind"/> in lower case.</summary>
    public const string StatisticsKey = "taskvectors.statistics";

    /// <summary>The fingerprint of the model (see <c>ModelFingerprint</c>).</summary>
    public const string ModelFingerprintKey = "taskvectors.model_fingerprint";

    /// <summary>The name of the model.</summary>
    public const string ModelNameKey = "taskvectors.model_name";

    /// <summary>The number of examples.</summary>
    public const string ExamplesKey = "taskvectors.examples";

    /// <summary>What a user calls the kind of data: the task.</summary>
    public const string TaskKey = "taskvectors.task";

    /// <summary>Where the labels of Fisher information come from: <c>expected</c>, <c>sampled</c> or <c>data</c>.</summary>
    public const string LabelsKey = "taskvectors.labels";

    /// <summary>The seed that chose examples and labels.</summary>
    public const string SeedKey = "taskvectors.seed";

    /// <summary>Gram matrices: the weights, a name a line, that are stored as [in, out], so that their rows belong to the inputs.</summary>
    public const string InputRowsKey = "taskvectors.input_rows";

    /// <summary>The statistics that an opened source says it holds; <see langword="null"/> where it holds none.</summary>
    /// <param name="source">The source.</param>
    public static StatisticsKind? KindOf(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        bool isMarked = source.Metadata.TryGetValue(TaskVectorMetadata.KindKey, out string? kind) && kind == StatisticsValue;
        return isMarked && source.Metadata.TryGetValue(StatisticsKey, out string? word) && OptionNames.TryParse(word, out StatisticsKind found) ? found : null;
    }

    /// <summary>Whether an opened source says that it holds statistics, of whatever kind.</summary>
    /// <param name="source">The source.</param>
    public static bool IsStatistics(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Metadata.TryGetValue(TaskVectorMetadata.KindKey, out string? kind) && kind == StatisticsValue;
    }

    /// <summary>The weights whose rows belong to the inputs.</summary>
    internal static FrozenSet<string> InputRows(CheckpointSource source) =>
        (source.Metadata.GetValueOrDefault(InputRowsKey) ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
