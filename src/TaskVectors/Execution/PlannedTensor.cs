using System.Collections.Immutable;
using TaskVectors.Tensors;

namespace TaskVectors.Execution;

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
    /// <summary>The bytes read for this tensor.</summary>
    public long BytesRead => Terms.Sum(term => term.Tensor.ByteCount);

    /// <summary>The precision of the sum: that of F32 where no tensor involved has more than 16 bits an element, else that of F64 (N1).</summary>
    public SumPrecision Precision { get; } =
        Output.DType.BitSize() <= 16 && Terms.All(term => term.Tensor.DType.BitSize() <= 16) ? SumPrecision.Single : SumPrecision.Double;

    /// <summary>Whether the inputs that are summed and the output have one dtype, and there is something to sum.</summary>
    internal bool HasOneDType { get; } =
        Terms.All(term => term.Tensor.DType == Output.DType) && Terms.Any(term => term.Coefficient != 0);
}
