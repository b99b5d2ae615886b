using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Execution.Hashing;

/// <summary>
/// The sizes and times of change of an input's files. Weights that are replaced while an edit reads them leave a mixture of old and new;
/// the stamp tells, where a fingerprint of samples may not.
/// </summary>
/// <param name="Text">One line a file; equal as long as no file has been written to or replaced.</param>
internal readonly record struct InputStamp(string Text)
{
    /// <summary>The stamp of a source's files as they are now; a file that is not on a local disk counts as unchanging.</summary>
    public static InputStamp Of(CheckpointSource source) => new(string.Join('\n', source.Files.Select(StampOf)));

    /// <summary>Checks that no input has been written to or replaced since it was planned.</summary>
    /// <exception cref="EditException">An input has changed.</exception>
    public static void RequireUnchanged(IEnumerable<PlannedInput> inputs)
    {
        foreach (PlannedInput input in inputs.Where(input => input.Stamp != Of(input.Source)))
        {
            throw new EditException(
                EditError.InputChanged, $"'{input.Name}' ({input.Source.Path}) has changed since the edit was planned; let its writer finish, then start the edit again with --force.")
            {
                File = input.Source.Path,
            };
        }
    }

    private static string StampOf(StoredFile file)
    {
        var info = new FileInfo(file.Path);
        FileInfo target = info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo final ? final : info;
        return target.Exists ? FormattableString.Invariant($"{target.Length} {target.LastWriteTimeUtc.Ticks}") : FormattableString.Invariant($"{file.Length}");
    }
}
