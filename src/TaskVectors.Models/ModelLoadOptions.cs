using TaskVectors.Execution;

namespace TaskVectors.Models;

/// <summary>How a checkpoint is loaded as a model.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>The configuration; the <c>config.json</c> in the checkpoint's folder, or beside its file, when absent.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>
    /// Whether matrices that the checkpoint stores as BF16 or F16 stay so in memory, which halves it, for models that are run and not trained. Each
    /// product widens them tile by tile, exactly; an operation that knows only F32 widens a weight for good. An edit is rounded to the storage type, as it
    /// would be in a file.
    /// </summary>
    public bool KeepsStoredWeights { get; init; }

    /// <summary>What applies to an edit, such as filters and checks of bases.</summary>
    public EditOptions Edit { get; init; } = EditOptions.Default;
}
