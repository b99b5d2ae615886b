using System.Collections.Immutable;
using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra;

/// <summary>
/// A path of the form <c>MODEL+VECTOR+...</c>, as adapters are named beside their base. Names may hold plus signs themselves: a path that
/// exists is never taken apart.
/// </summary>
/// <param name="Model">The checkpoint's path.</param>
/// <param name="Vectors">The task vectors to add to it.</param>
internal sealed record ModelPath(string Model, ImmutableArray<TaskVector> Vectors)
{
    private const char Separator = '+';

    /// <summary>Takes a path apart where it names nothing as it is and its first part does.</summary>
    /// <exception cref="TaskVectorsException">A part that should be a task vector is none, or cannot be opened.</exception>
    public static ModelPath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Exists(path) || LongestExisting(path) is not { } model)
        {
            return new ModelPath(path, []);
        }

        var vectors = ImmutableArray.CreateBuilder<TaskVector>();
        string rest = path[(model.Length + 1)..];
        while (rest.Length > 0)
        {
            string part = Exists(rest) ? rest : LongestExisting(rest) ?? throw new CheckpointNotFoundException(rest.Split(Separator)[0]);
            vectors.Add(OpenVector(part));
            rest = part.Length < rest.Length ? rest[(part.Length + 1)..] : string.Empty;
        }

        return vectors.Count > 0 ? new ModelPath(model, vectors.ToImmutable()) : throw new CheckpointNotFoundException(path);
    }

    private static string? LongestExisting(string path)
    {
        for (int at = path.LastIndexOf(Separator); at > 0; at = path.LastIndexOf(Separator, at - 1))
        {
            if (Exists(path[..at]))
            {
                return path[..at];
            }
        }

        return null;
    }

    private static bool Exists(string path) => InputFile.Exists(path) || Directory.Exists(path);

    private static TaskVector OpenVector(string path)
    {
        CheckpointSource source = CheckpointFormats.Open(path);
        return TaskVectorMetadata.IsTaskVector(source) ? TaskVector.FromSource(source) : throw new NotTaskVectorException(path);
    }
}
