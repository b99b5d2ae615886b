using System.Collections.Frozen;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>An edit whose inputs are resolved and whose tensors are aligned, ready to be computed tensor by tensor.</summary>
internal sealed record PreparedWriting(IReadOnlyList<CheckpointSource> Sources, FrozenDictionary<string, AlignedTensor> Tensors, long WorkingBytes)
{
    /// <summary>Prepares an edit; what it reads, its errors and its warnings become the resolution's.</summary>
    public static PreparedWriting Prepare(AffineForm form, DType? dtype, InputResolution resolution)
    {
        InputResolution inner = resolution.For(form, dtype);
        PlannedInput[] inputs = [.. InputsOf(form, inner)];
        var alignment = new TensorAlignment(form, inputs, inner.Options);
        IReadOnlyList<AlignedTensor> tensors = alignment.Align();
        alignment.ApplyMissingPolicy();
        inner.Errors.AddRange(alignment.Errors());
        inner.Warnings.AddRange(alignment.Warnings);
        using (var readers = new InputReaders(inputs.Select(input => input.Source)))
        {
            inner.Errors.AddRange(new OpaqueTensorCheck(inputs, readers, alignment).Check(tensors));
        }

        resolution.Absorb(inner);
        var byName = tensors.ToFrozenDictionary(tensor => tensor.Base.Name, StringComparer.Ordinal);
        return new PreparedWriting([.. inputs.Select(input => input.Source)], byName, inner.ComputationBytes);
    }

    private static IEnumerable<PlannedInput> InputsOf(AffineForm form, InputResolution resolution)
    {
        yield return InputOf(resolution.Resolve(form.Anchor, isVector: false), isVector: false);
        foreach (Term term in form.Terms.Where(term => term.IsVector || term.Source.Path != form.Anchor.Path))
        {
            yield return InputOf(resolution.Resolve(term.Source, term.IsVector), term.IsVector);
        }

        PlannedInput InputOf(CheckpointSource source, bool isVector) => new(resolution.Names.Of(source), source, isVector, string.Empty);
    }
}
