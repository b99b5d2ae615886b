using TaskVectors.Execution;

namespace TaskVectors.Models;

/// <summary>How a checkpoint is loaded as a model.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>The configuration; the <c>config.json</c> in the checkpoint's folder, or beside its file, when absent.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>What applies to an edit, such as filters and checks of bases.</summary>
    public EditOptions Edit { get; init; } = EditOptions.Default;
}
