namespace TaskVectors.Checkpoints;

/// <summary>A file format of checkpoints: recognises what it can open, and opens it by reading headers only.</summary>
public interface ICheckpointFormat
{
    /// <summary>The name of the format, such as <c>safetensors</c>.</summary>
    string Name { get; }

    /// <summary>Whether <paramref name="path"/>, an existing file or folder, looks like this format. Reads a few bytes at most.</summary>
    bool Recognises(string path);

    /// <summary>Opens the file or folder; reads headers only.</summary>
    /// <exception cref="TaskVectorsException">The content is malformed or cannot be read.</exception>
    CheckpointSource Open(string path);
}
