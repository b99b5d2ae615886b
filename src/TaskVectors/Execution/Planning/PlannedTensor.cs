using System.Collections.Immutable;
using TaskVectors.Execution.Tiles;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Planning;

/// <summary>One output tensor: what it is made of and where it goes.</summary>
/// <param name="Output">Its name, dtype and shape.</param>
/// <param name="Operation">How its values come about.</param>
/// <param name="Terms">The inputs, in the order of summation.</param>
/// <param name="Reference">The index in <paramref name="Terms"/> of the base's tensor, or -1: what the size of the edit is measured against.</param>
/// <param name="File">The index of the file in <see cref="EditPlan.Files"/>.</param>
/// <param name="Offset">The offset of its first byte in that file.</param>
public sealed record PlannedTensor(
    TensorInfo Output, TensorOperation Operation, ImmutableArray<PlannedTerm> Terms, int Reference, int File, long Offset)
{
    private readonly bool _hasOneDType = Terms.All(term => term.Tensor.DType == Output.DType);

    /// <summary>The bytes read for this tensor.</summary>
    public long BytesRead => Terms.Sum(term => term.Tensor.ByteCount);

    /// <summary>The precision of the sum: that of F32 where no tensor involved has more than 16 bits an element, else that of F64 (N1).</summary>
    public SumPrecision Precision { get; } =
        Output.DType.BitSize() <= 16 && Terms.All(term => term.Tensor.DType.BitSize() <= 16) ? SumPrecision.Single : SumPrecision.Double;

    /// <summary>The merge whose result is added to the sum, made of the same terms; <see langword="null"/> for none.</summary>
    internal PlannedMerge? Merged { get; init; }

    /// <summary>What the result is the sum of: the terms that take part in it, and the merge.</summary>
    internal IEnumerable<PlannedTerm> Summands => [.. Terms.Where(term => term.Coefficient != 0), .. Merged is { } merged ? [merged.Term] : Array.Empty<PlannedTerm>()];

    /// <summary>The tensor as a plain sum, where the merge is one with known coefficients of the models.</summary>
    internal PlannedTensor WithCoefficients(double[] models)
    {
        double[] coefficients = [.. Terms.Select(term => term.Coefficient)];
        for (int model = 0; model < models.Length; model++)
        {
            foreach (StreamTerm term in Merged!.Models[model])
            {
                coefficients[term.Stream] += Merged.Term.Coefficient * models[model] * term.Coefficient;
            }
        }

        return new PlannedTensor(Output, Operation, [.. Terms.Select((term, index) => term with { Coefficient = coefficients[index] })], Reference, File, Offset);
    }

    /// <summary>Whether the inputs that are summed and the output have one dtype, and there is something to sum.</summary>
    internal bool HasOneDType => _hasOneDType && (HasSummands || Merged is not null);

    /// <summary>Whether a term takes part in the sum, beside the merge where there is one.</summary>
    internal bool HasSummands { get; } = Terms.Any(term => term.Coefficient != 0);
}
