using TaskVectors.Checkpoints;

namespace TaskVectors.Decomposition;

/// <summary>Finds out which dimension of a checkpoint's weights is that of the outputs, where its metadata say so.</summary>
internal static class StoredOutputAxis
{
    private const string LayoutKey = "layout";
    private const string OutputsLast = "HWIO";

    /// <summary><see cref="OutputAxis.Last"/> where the metadata say <c>layout</c> HWIO, <see cref="OutputAxis.First"/> else.</summary>
    public static OutputAxis Of(CheckpointSource source) =>
        source.Metadata.GetValueOrDefault(LayoutKey) == OutputsLast ? OutputAxis.Last : OutputAxis.First;
}
