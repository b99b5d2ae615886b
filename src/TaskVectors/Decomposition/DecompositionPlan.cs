using TaskVectors.Checkpoints.Lora;
using TaskVectors.Decomposition.Parts;
using TaskVectors.Execution;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;

namespace TaskVectors.Decomposition;

/// <summary>
/// A decomposition bound to real headers: every tensor, file and cost known, and no weight read but for samples that identify the inputs.
/// </summary>
public sealed record DecompositionPlan
{
    internal DecompositionPlan()
    {
    }

    /// <summary>The base, then the tasks.</summary>
    public required IReadOnlyList<PlannedInput> Inputs { get; init; }

    /// <summary>The tensors, in the storage order of the base.</summary>
    public required IReadOnlyList<PlannedDecomposition> Tensors { get; init; }

    /// <summary>
    /// The parts to write: the shared parts of the tasks in order, then their unique parts; each a stored task vector in F32.
    /// </summary>
    public required IReadOnlyList<PlannedPart> Parts { get; init; }

    /// <summary>Where the output goes.</summary>
    public required OutputTarget Target { get; init; }

    /// <summary>The options.</summary>
    public required DecompositionOptions Options { get; init; }

    /// <summary>Which dimension of a weight is that of outputs.</summary>
    public required OutputAxis OutputAxis { get; init; }

    /// <summary>What a user should know but need not mend.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What a user may want to know of the form of the parts.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The number of tasks, k.</summary>
    public int TaskCount => Inputs.Count - 1;

    /// <summary>The bytes of weights to read.</summary>
    public long BytesRead => Tensors.Sum(tensor => tensor.BytesRead);

    /// <summary>The bytes of weights to write; of adapters as many as factors of the largest rank would take.</summary>
    public long BytesWritten => Parts.Sum(part => part.Layout.Length);

    /// <summary>The most memory that matrices and buffers take, within the budget.</summary>
    public long PeakBytes => Math.Min(
        Options.Memory, Tensors.Select(tensor => tensor.WorkingBytes).OrderDescending().Take(Options.Threads).Sum());

    /// <summary>
    /// The spaces to compare in the matrices as they are stored: with outputs last a stored matrix is the transpose of W.
    /// </summary>
    internal DecompositionSides StoredSides => (Options.Subspace.Sides, OutputAxis) switch
    {
        (DecompositionSides.Column, OutputAxis.Last) => DecompositionSides.Row,
        (DecompositionSides.Row, OutputAxis.Last) => DecompositionSides.Column,
        var (sides, _) => sides,
    };

    /// <summary>The factors of a task's tensor, of which the plan knows that it has some.</summary>
    internal LowRankFactors FactorsOf(PlannedDecomposition tensor, int task) =>
        Inputs[task + 1].Source is ILowRankTensors source && source.TryGetFactors(tensor.Tasks[task]!.Name, out LowRankFactors? factors)
            ? factors
            : throw new InvalidOperationException($"The task vector of '{Inputs[task + 1].Name}' has no factors for '{tensor.Base.Name}'.");

    /// <summary>A hash of everything that decides the bytes written.</summary>
    internal string Identity()
    {
        IEnumerable<string> inputs = Inputs.Select(input => $"{input.Name} {input.Fingerprint} {input.IsVector} {input.Stamp.Text}");
        IEnumerable<string> files = Parts.Select(part => $"{part.Path} {Convert.ToHexString(part.Layout.Header.Span)}");
        IEnumerable<string> tensors = Tensors.Select(tensor => $"{tensor.Base.Name} {tensor.Treatment}");
        string options = $"{Options.Subspace} {Options.Vectors} {Options.LowRank} {Options.UniqueRank} {OutputAxis} {Options.LinearAlgebra} {Options.Digest}";
        return Digest.OfText(DigestAlgorithm.Xxh128, [.. inputs, .. files, .. tensors, options]);
    }
}
