using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Checkpoints.Lora;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// Task vectors bound to real headers: for each floating-point tensor of the anchor that some of them change, the stored tensors whose
/// weighted sum each vector is.
/// </summary>
internal sealed class AlignedVectors
{
    private readonly List<CheckpointSource> _sources = [];

    private AlignedVectors()
    {
    }

    /// <summary>The sources that the terms refer to.</summary>
    public IReadOnlyList<CheckpointSource> Sources => _sources;

    /// <summary>The tensors, in the storage order of the anchor.</summary>
    public IReadOnlyList<AlignedVectorTensor> Tensors { get; set; } = [];

    /// <summary>Whether a floating-point tensor of the anchor is changed by no vector, or left out because one lacks it.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>Aligns task vectors; everything that does not fit is noted in the resolution.</summary>
    public static AlignedVectors Align(IReadOnlyList<AffineForm> forms, InputResolution resolution)
    {
        var aligned = new AlignedVectors();
        IReadOnlyList<AlignedTensor>[] parts = [.. forms.Select(form => aligned.Align(form, resolution))];
        TensorInfo[] candidates = [.. resolution.Anchor.Tensors];
        var tensors = new List<AlignedVectorTensor>();
        for (int index = 0; index < candidates.Length; index++)
        {
            if (!candidates[index].DType.IsArithmetic())
            {
                continue;
            }

            bool isChanged = parts.Any(part => !part[index].Terms.IsEmpty) && !parts.Any(part => part[index].KeepsBase);
            if (isChanged)
            {
                tensors.Add(new AlignedVectorTensor(candidates[index], [.. parts.Select(part => part[index].Terms)]));
            }

            aligned.IsPartial |= !isChanged;
        }

        aligned.Tensors = tensors;
        return aligned;
    }

    /// <summary>An upper bound of the rank of a vector's tensor where all its terms are products of factors.</summary>
    public int? RankBound(AlignedVectorTensor tensor, int vector)
    {
        int bound = 0;
        foreach (PlannedTerm term in tensor.Vectors[vector])
        {
            if (Sources[term.Input] is not ILowRankTensors factored || !factored.TryGetRank(term.Tensor.Name, out int rank))
            {
                return null;
            }

            bound = checked(bound + rank);
        }

        return bound;
    }

    private IReadOnlyList<AlignedTensor> Align(AffineForm form, InputResolution resolution)
    {
        PlannedInput[] inputs = [.. InputsOf(form, resolution)];
        var alignment = new TensorAlignment(form, inputs, resolution.Options);
        IReadOnlyList<AlignedTensor> tensors = alignment.Align();
        alignment.ApplyMissingPolicy();
        resolution.Errors.AddRange(alignment.Errors());
        resolution.Warnings.AddRange(alignment.Warnings.Except(resolution.Warnings));
        using (var readers = new InputReaders(inputs.Select(input => input.Source)))
        {
            resolution.Errors.AddRange(new OpaqueTensorCheck(inputs, readers, alignment).Check(tensors));
        }

        int[] places = [.. inputs.Select(input => PlaceOf(input.Source))];
        return [.. tensors.Select(tensor => tensor with { Terms = [.. tensor.Terms.Select(term => term with { Input = places[term.Input] })] })];
    }

    private static IEnumerable<PlannedInput> InputsOf(AffineForm form, InputResolution resolution)
    {
        yield return new PlannedInput(resolution.Names.Of(resolution.Anchor), resolution.Anchor, resolution.AnchorIsVector, string.Empty);
        foreach (Term term in form.Terms)
        {
            CheckpointSource source = resolution.Resolve(term.Source, term.IsVector);
            if (source.Path != resolution.Anchor.Path || term.IsVector != resolution.AnchorIsVector)
            {
                yield return new PlannedInput(resolution.Names.Of(source), source, term.IsVector, string.Empty);
            }
        }
    }

    /// <summary>The index of a source, which is added where it is new.</summary>
    public int PlaceOf(CheckpointSource source)
    {
        int place = _sources.IndexOf(source);
        if (place < 0)
        {
            place = _sources.Count;
            _sources.Add(source);
        }

        return place;
    }
}
