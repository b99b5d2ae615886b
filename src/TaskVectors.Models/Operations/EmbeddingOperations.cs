using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Rows of tables.</summary>
public static class EmbeddingOperations
{
    /// <summary>The rows of a table that ids choose. Repeated ids add their gradients.</summary>
    /// <param name="weight">[rows, d].</param>
    /// <param name="ids">Row numbers, any shape.</param>
    /// <param name="paddingId">A row whose gradient stays zero; -1 for none.</param>
    /// <returns>[shape of ids, d].</returns>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative or has no row.</exception>
    public static Tensor Embed(this Tensor weight, IndexTensor ids, int paddingId = -1)
    {
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(ids);
        int rows = weight.Size(0);
        int width = weight.Count / Math.Max(1, rows);
        foreach (int id in ids.Values)
        {
            if ((uint)id >= (uint)rows)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"The table has {rows} rows, so the number must lie between 0 and {rows - 1}.");
            }
        }

        ComputeContext context = weight.Context;
        context.Observer?.LookUp(weight);
        Tensor y = context.Allocate([.. ids.Shape.Dimensions, .. weight.Shape.Dimensions[1..]]);
        for (int i = 0; i < ids.Count; i++)
        {
            Span<float> target = y.Values.Slice(i * width, width);
            if (weight.Stored is { } stored)
            {
                stored.Widen(ids.Values[i] * width, target);
            }
            else
            {
                weight.Values.Slice(ids.Values[i] * width, width).CopyTo(target);
            }
        }

        if (context.Needs(weight))
        {
            context.Record(y, dy =>
            {
                Span<float> gradient = weight.OpenSparseGradient().Values;
                for (int i = 0; i < ids.Count; i++)
                {
                    if (ids.Values[i] != paddingId)
                    {
                        Elementwise.Add(dy.Values.Slice(i * width, width), gradient.Slice(ids.Values[i] * width, width));
                    }
                }
            });
        }

        return y;
    }
}
