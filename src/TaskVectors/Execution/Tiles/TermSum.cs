using System.Collections.Immutable;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>The sum of terms times coefficients over a run of elements: in F64, in the order of the terms, by fused multiply-add (N1, N2).</summary>
internal static class TermSum
{
    /// <summary>Computes sum_i c_i x_i; terms with coefficient 0 are passed over.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="inputs">The bytes of each term's tensor.</param>
    /// <param name="first">The index of the first element in the bytes.</param>
    /// <param name="sum">Receives one number an element.</param>
    public static void Compute(ImmutableArray<PlannedTerm> terms, TileBuffers inputs, int first, Span<double> sum)
    {
        bool started = false;
        for (int index = 0; index < terms.Length; index++)
        {
            PlannedTerm term = terms[index];
            if (term.Coefficient == 0)
            {
                continue;
            }

            DType dtype = term.Tensor.DType;
            int size = dtype.BitSize() / 8;
            ReadOnlySpan<byte> bytes = inputs[index].Slice(first * size, sum.Length * size);
            if (started)
            {
                TensorConverter.MultiplyAdd(dtype, bytes, term.Coefficient, sum);
            }
            else
            {
                TensorConverter.Multiply(dtype, bytes, term.Coefficient, sum);
                started = true;
            }
        }

        if (!started)
        {
            sum.Clear();
        }
    }
}
