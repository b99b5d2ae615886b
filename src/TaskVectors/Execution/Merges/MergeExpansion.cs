using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// Makes the stored tensors that a merge reads terms of the output tensors themselves, so that lanes read each once and merge where they add: where the merge
/// is a weighted sum, it is summed like any edit; else its kernel gets the bytes that the lane has read.
/// </summary>
internal sealed class MergeExpansion(IEnumerable<PlannedInput> inputs, InputResolution resolution)
{
    private readonly List<PlannedInput> _inputs = [.. inputs];

    /// <summary>The inputs of the edit, and computed ones that merges read.</summary>
    public IReadOnlyList<PlannedInput> Inputs => _inputs;

    /// <summary>Puts the models in the place of merges that are weighted sums with fixed coefficients.</summary>
    public AlignedTensor Expand(AlignedTensor tensor, DType output)
    {
        if (!tensor.Terms.Any(IsMerge))
        {
            return tensor;
        }

        var expanded = new List<PlannedTerm>();
        foreach (PlannedTerm term in tensor.Terms)
        {
            Add(expanded, term, output);
        }

        return expanded.TrueForAll(term => double.IsFinite(term.Coefficient))
            ? tensor with { Terms = [.. expanded.Where(term => term.Coefficient != 0).OrderBy(term => term.Input)] }
            : tensor;
    }

    /// <summary>Hands the bytes that a lane reads to the kernel of a merge that comes last in a sum.</summary>
    public PlannedTensor Fuse(PlannedTensor tensor)
    {
        bool isLast = tensor.Operation == TensorOperation.Linear && tensor.Terms.Count(IsMerge) == 1 && IsMerge(tensor.Terms[^1]);
        if (!isLast)
        {
            return tensor;
        }

        PlannedTerm merge = tensor.Terms[^1];
        (AlignedVectorTensor aligned, PreparedTileMerge prepared, int index) = Find(merge);
        if (prepared.Kernels[index].MergesRows(prepared.Tensors[index]))
        {
            return tensor;
        }

        List<PlannedTerm> terms = [.. tensor.Terms[..^1]];
        ImmutableArray<ImmutableArray<StreamTerm>> models = [.. aligned.Vectors.Select(vector =>
            ImmutableArray.CreateRange(vector.Where(term => term.Coefficient != 0).Select(term => new StreamTerm(StreamOf(terms, Locate(prepared, term)), term.Coefficient))))];
        return new PlannedTensor(tensor.Output, tensor.Operation, [.. terms], tensor.Reference, tensor.File, tensor.Offset) { Merged = new PlannedMerge(merge, models) };
    }

    private static int StreamOf(List<PlannedTerm> terms, PlannedTerm read)
    {
        int stream = terms.FindIndex(term => term.Input == read.Input && term.Tensor.Name == read.Tensor.Name);
        if (stream < 0)
        {
            stream = terms.Count;
            terms.Add(read with { Coefficient = 0 });
        }

        return stream;
    }

    private bool IsMerge(PlannedTerm term) => _inputs[term.Input].Source is MergedSource { Tiles: not null };

    private (AlignedVectorTensor Aligned, PreparedTileMerge Prepared, int Index) Find(PlannedTerm merge)
    {
        PreparedTileMerge prepared = ((MergedSource)_inputs[merge.Input].Source).Tiles!;
        int index = prepared.IndexOf(merge.Tensor.Name);
        return (prepared.Vectors.Tensors[index], prepared, index);
    }

    // Sums of F64 numbers keep their steps, each of which may be exact where a sum with other coefficients is not (N3).
    private void Add(List<PlannedTerm> terms, PlannedTerm term, DType output)
    {
        if (IsMerge(term))
        {
            (AlignedVectorTensor aligned, PreparedTileMerge prepared, int index) = Find(term);
            if (prepared.Kernels[index].Coefficients(null) is { } coefficients && IsWithinSingle(aligned, output))
            {
                for (int model = 0; model < coefficients.Length; model++)
                {
                    foreach (PlannedTerm inner in aligned.Vectors[model])
                    {
                        Add(terms, Locate(prepared, inner) with { Coefficient = term.Coefficient * coefficients[model] * inner.Coefficient }, output);
                    }
                }

                return;
            }
        }

        int known = terms.FindIndex(other => other.Input == term.Input && other.Tensor.Name == term.Tensor.Name);
        if (known < 0)
        {
            terms.Add(term);
        }
        else
        {
            terms[known] = terms[known] with { Coefficient = terms[known].Coefficient + term.Coefficient };
        }
    }

    private static bool IsWithinSingle(AlignedVectorTensor aligned, DType output) =>
        output.BitSize() <= 32 && aligned.Vectors.All(vector => vector.All(term => term.Tensor.DType.BitSize() <= 32));

    // Where the tensor is stored, if it is.
    private PlannedTerm Locate(PreparedTileMerge merge, PlannedTerm term)
    {
        CheckpointSource source = merge.Vectors.Sources[term.Input];
        TensorInfo tensor = term.Tensor;
        int input = Find(source);
        while (input < 0 && source is ITensorOrigins origins && origins.TryFindOrigin(tensor.Name, out CheckpointSource from, out TensorInfo original))
        {
            (source, tensor) = (from, original);
            input = Find(source);
        }

        if (input < 0)
        {
            input = _inputs.Count;
            _inputs.Add(new PlannedInput(resolution.Names.Of(source), source, IsVector: false, resolution.FingerprintOf(source)) { Stamp = InputStamp.Of(source) });
        }

        return new PlannedTerm(input, tensor, term.Coefficient);
    }

    private int Find(CheckpointSource source)
    {
        int same = _inputs.FindIndex(input => ReferenceEquals(input.Source, source));
        return same >= 0 || source is ComputedSource ? same : _inputs.FindIndex(input => !input.IsComputed && input.Source.Path == source.Path);
    }
}
