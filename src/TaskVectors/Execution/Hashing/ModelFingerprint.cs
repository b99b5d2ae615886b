using TaskVectors.Algebra;
using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Hashing;

/// <summary>
/// A quick identity of a model, stored or not: that of <see cref="CheckpointFingerprint"/> for a stored checkpoint; for an edit a hash of the edit over the
/// identities of what it is made of. An edit and the file that it is written to have different identities.
/// </summary>
public static class ModelFingerprint
{
    /// <summary>Computes the fingerprint; reads at most 3 KiB a stored tensor.</summary>
    /// <param name="checkpoint">The model.</param>
    /// <exception cref="TaskVectorsException">Reading failed.</exception>
    public static string Of(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Of(checkpoint.Form);
    }

    internal static string Of(AffineForm form) =>
        form.Terms is [{ IsVector: false, Coefficient.HasRules: false } only] && only.Source is not ComputedSource && only.Coefficient.Evaluate(string.Empty) == 1
            ? CheckpointFingerprint.Compute(only.Source)
            : Digest.OfText(DigestAlgorithm.Xxh128, [form.ToText(source => Of(source, form))]);

    // An adapter has values of its own only beside a base.
    private static string Of(CheckpointSource source, AffineForm form) =>
        CheckpointFingerprint.Compute(source is IBindableTaskVector bindable && source.Path != form.Anchor.Path ? bindable.Bind(form.Anchor) : source);
}
