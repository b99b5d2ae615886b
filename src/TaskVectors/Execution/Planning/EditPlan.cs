using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Manifests;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Tiles;

namespace TaskVectors.Execution.Planning;

/// <summary>
/// An edit bound to real headers: every tensor, its place in the output to the byte, every cost and every error known, and no weight
/// read (but for a few samples that identify the inputs, and integer tensors, which must agree).
/// </summary>
public sealed record EditPlan
{
    internal EditPlan(LaneBudget lanes) => Lanes = lanes;

    /// <summary>The edit as text; names are those of <see cref="Inputs"/>.</summary>
    public required string Expression { get; init; }

    /// <summary>Whether the result is a task vector rather than a checkpoint.</summary>
    public required bool IsTaskVector { get; init; }

    /// <summary>What the result is, in a word, as the manifest says it: <c>checkpoint</c>, <c>task-vector</c>, or another that is no edit.</summary>
    internal string Kind
    {
        get => field ?? (IsTaskVector ? Checkpoints.TaskVectorMetadata.TaskVectorKind : "checkpoint");
        init;
    }

    /// <summary>The inputs; the first is the base whose tensors and companion files the result takes.</summary>
    public required IReadOnlyList<PlannedInput> Inputs { get; init; }

    /// <summary>The output tensors, in the storage order of the base.</summary>
    public required IReadOnlyList<PlannedTensor> Tensors { get; init; }

    /// <summary>The files of weights to write, laid out to the byte.</summary>
    public required IReadOnlyList<SafetensorsFileLayout> Files { get; init; }

    /// <summary>The files that go along from the base's folder.</summary>
    public required IReadOnlyList<CompanionFile> CompanionFiles { get; init; }

    /// <summary>Where the output goes.</summary>
    public required OutputTarget Target { get; init; }

    /// <summary>The options.</summary>
    public required EditOptions Options { get; init; }

    /// <summary>What a user should know but need not mend.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The metadata of the files written.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>How many lanes of buffers run at once, and how large they are.</summary>
    internal LaneBudget Lanes { get; }

    /// <summary>The bytes of weights to read.</summary>
    public long BytesRead => Tensors.Sum(tensor => tensor.BytesRead);

    /// <summary>The bytes of weights to write.</summary>
    public long BytesWritten => Files.Sum(file => file.Length);

    /// <summary>The most memory that buffers take, within the budget.</summary>
    public long PeakBufferBytes => Lanes.TotalBytes + ComputationBytes;

    /// <summary>The most memory that whole matrices take while task vectors are computed, within the budget.</summary>
    internal long ComputationBytes { get; init; }

    /// <summary>The free space on the output's disk when the edit was planned.</summary>
    public required long FreeSpace { get; init; }

    /// <summary>The recipe that the edit comes from, for the manifest; <see langword="null"/> where it is an expression's.</summary>
    public ManifestRecipe? Recipe { get; init; }

    /// <summary>The hashes of inputs' tensors that an earlier run recorded and this one must find again, by path and name; empty for a new edit.</summary>
    internal IReadOnlyList<ManifestInput> Recorded { get; init; } = [];

    /// <summary>Checks that no input has been written to or replaced since the edit was planned.</summary>
    /// <exception cref="EditException">An input has changed.</exception>
    internal void RequireUnchangedInputs() => InputStamp.RequireUnchanged(Inputs);

    /// <summary>What has not converged so far in merges that the edit reads, and was computed in another way.</summary>
    internal IEnumerable<string> Fallbacks => Inputs.Select(input => input.Source).OfType<MergedSource>().SelectMany(source => source.Fallbacks).Distinct();

    /// <summary>A hash of everything that decides the bytes written: two plans with the same identity write the same files.</summary>
    internal string Identity()
    {
        IEnumerable<string> inputs = Inputs.Select(input => $"{input.Fingerprint} {input.IsVector} {input.Stamp.Text}");
        IEnumerable<string> files = Files.Select(file => $"{file.FileName} {Convert.ToHexString(file.Header.Span)}");
        IEnumerable<string> tensors = Tensors.Select(tensor => FormattableString.Invariant(
            $"{tensor.Output.Name} {tensor.Operation} {tensor.File} {tensor.Offset} {tensor.Reference} {string.Join(',', tensor.Terms.Select(term => FormattableString.Invariant($"{term.Input} {term.Tensor.Name} {term.Coefficient:R}")))} {tensor.Merged?.Term.Input} {tensor.Merged?.Term.Coefficient:R}"));
        IEnumerable<string> options = [$"{Options.Rounding} {Options.Seed} {Options.Digest}"];
        return Hashing.Digest.OfText(DigestAlgorithm.Xxh128, [.. inputs, .. files, .. tensors, .. options]);
    }
}
