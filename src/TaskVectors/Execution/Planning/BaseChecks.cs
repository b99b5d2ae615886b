using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Planning;

/// <summary>Compares the bases that stored task vectors record with the one they are used with, by fingerprint.</summary>
internal static class BaseChecks
{
    /// <summary>The vectors that were made from another base; adapters that record none are checked by names and shapes elsewhere.</summary>
    /// <param name="inputs">The base, then the others.</param>
    public static IEnumerable<EditException> Find(IReadOnlyList<PlannedInput> inputs)
    {
        foreach (PlannedInput vector in inputs.Skip(1).Where(input => input.IsVector && !EditPlanner.IsCheckedByNames(input.Source)))
        {
            if (vector.Source.Metadata.GetValueOrDefault(TaskVectorMetadata.BaseFingerprintKey) != inputs[0].Fingerprint)
            {
                yield return new EditException(
                    EditError.BaseMismatch,
                    $"The task vector '{vector.Name}' was not made from '{inputs[0].Name}' ({inputs[0].Source.Path}). Pass --any-base to use it all the same.")
                { File = vector.Source.Path };
            }
        }
    }
}
