using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Masks;
using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Checkpoints;

/// <summary>The registry of formats: the one place that knows them all.</summary>
public static class CheckpointFormats
{
    /// <summary>Every format that can be read, in the order in which they are asked whether they recognise a path.</summary>
    public static IReadOnlyList<ICheckpointFormat> All { get; } = [new LoraFormat(), new MaskFormat(), new SafetensorsFormat()];

    /// <summary>Opens a checkpoint in whatever format it is; reads headers only.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="CheckpointNotFoundException">Nothing is there.</exception>
    /// <exception cref="UnknownFormatException">No format recognises what is there.</exception>
    /// <exception cref="TaskVectorsException">The content is malformed, or cannot be read.</exception>
    public static CheckpointSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!InputFile.Exists(path) && !Directory.Exists(path))
        {
            throw new CheckpointNotFoundException(path);
        }

        var format = All.FirstOrDefault(candidate => candidate.Recognises(path))
            ?? throw new UnknownFormatException(path, All.Select(known => known.Name));
        return format.Open(path);
    }
}
