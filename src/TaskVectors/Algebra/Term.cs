using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra;

/// <summary>One term of an affine normal form: stored tensors times a coefficient.</summary>
/// <param name="Source">The stored checkpoint or task vector.</param>
/// <param name="IsVector">Whether the tensors are a task vector rather than a checkpoint.</param>
/// <param name="Coefficient">Its coefficient.</param>
internal sealed record Term(CheckpointSource Source, bool IsVector, Coefficient Coefficient)
{
    public bool HasSameSource(Term other) => IsVector == other.IsVector && Source.Path == other.Source.Path;
}
