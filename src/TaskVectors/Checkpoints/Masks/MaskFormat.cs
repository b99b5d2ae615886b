using System.Globalization;
using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Checkpoints.Masks;

/// <summary>
/// Task vectors that are stored as masks of a merged model, one bit an element: files <c>NAME.mask.safetensors</c> beside the merged model, with a U8 tensor
/// of packed bits for each tensor.
/// </summary>
public sealed class MaskFormat : ICheckpointFormat
{
    internal const string FormatName = "mask";

    /// <inheritdoc/>
    public string Name => FormatName;

    /// <inheritdoc/>
    public bool Recognises(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(MaskMetadata.Extension, StringComparison.OrdinalIgnoreCase) && InputFile.Exists(path);
    }

    /// <summary>Opens a mask and the merged model beside it; reads headers only.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MaskException">It is no mask, or the merged model is missing or of other shapes.</exception>
    /// <exception cref="TaskVectorsException">A file is malformed or cannot be read.</exception>
    public CheckpointSource Open(string path)
    {
        CheckpointSource mask = new SafetensorsFormat().Open(path);
        if (mask.Metadata.GetValueOrDefault(TaskVectorMetadata.KindKey) != MaskMetadata.MaskKind)
        {
            throw new MaskException(MaskError.InvalidFile, mask.Path, $"the file is called {MaskMetadata.Extension} and holds no mask; rename it to open it as what it is.");
        }

        return new MaskedVectorSource(mask, OpenMerged(mask), RescalerOf(mask));
    }

    private static CheckpointSource OpenMerged(CheckpointSource mask)
    {
        string? name = mask.Metadata.GetValueOrDefault(MaskMetadata.MergedNameKey);
        if (string.IsNullOrEmpty(name) || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', ':'))
        {
            throw new MaskException(MaskError.InvalidFile, mask.Path, "it does not name the merged model beside it; merge again.");
        }

        string path = Path.Combine(Path.GetDirectoryName(mask.Path)!, name);
        return name.EndsWith(MaskMetadata.Extension, StringComparison.OrdinalIgnoreCase) || !(InputFile.Exists(path) || Directory.Exists(path))
            ? throw new MaskException(MaskError.MissingModel, mask.Path, $"it is a mask of {QuotedName.Of(name)}, which must lie beside it and does not; move both together.")
            : CheckpointFormats.Open(path);
    }

    private static double RescalerOf(CheckpointSource mask) =>
        double.TryParse(mask.Metadata.GetValueOrDefault(MaskMetadata.RescalerKey), NumberStyles.Float, CultureInfo.InvariantCulture, out double rescaler) && double.IsFinite(rescaler)
            ? rescaler
            : throw new MaskException(MaskError.InvalidFile, mask.Path, "it has no finite rescaler; merge again.");
}
