using TaskVectors.Tensors;

namespace TaskVectors.Models.Autograd;

/// <summary>Products with a weight that stays in its storage type: threads share the outputs, and each widens a tile of the weight at a time.</summary>
internal static class StoredProducts
{
    /// <summary>Elements of a tile. With fewer the product packs its left factor more often, with more the tile leaves the caches.</summary>
    private const int TileElements = 1 << 19;

    private const int LeastOutputs = 16;

    /// <summary>y = x W^T, or y += x W^T.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="beta">0 or 1.</param>
    /// <param name="y">[rows, outputs].</param>
    public static void Multiply(MatrixView x, StoredElements weight, float beta, MatrixView y)
    {
        ComputeContext context = y.Tensor.Context;
        ForEachTile(context, x.Columns, y.Columns, (start, count, tile) =>
        {
            weight.Widen(start * x.Columns, tile.Values[..(count * x.Columns)]);
            context.LinearAlgebra.Multiply(
                1, x.ReadOnly, MatrixView.Of(tile, count, x.Columns).Transposed.ReadOnly, beta, y.Writable.Slice(0, start, y.Rows, count));
        });
    }

    /// <summary>y = x W, or y += x W.</summary>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="weight">[inputs, outputs].</param>
    /// <param name="beta">0 or 1.</param>
    /// <param name="y">[rows, outputs].</param>
    public static void MultiplyInOut(MatrixView x, StoredElements weight, float beta, MatrixView y)
    {
        ComputeContext context = y.Tensor.Context;
        ForEachTile(context, x.Columns, y.Columns, (start, count, tile) =>
        {
            for (int input = 0; input < x.Columns; input++)
            {
                weight.Widen((input * y.Columns) + start, tile.Values.Slice(input * count, count));
            }

            context.LinearAlgebra.Multiply(1, x.ReadOnly, MatrixView.Of(tile, x.Columns, count).ReadOnly, beta, y.Writable.Slice(0, start, y.Rows, count));
        });
    }

    private static void ForEachTile(ComputeContext context, int inputs, int outputs, Action<int, int, Tensor> body)
    {
        int most = Math.Clamp(TileElements / Math.Max(1, inputs) / LeastOutputs * LeastOutputs, LeastOutputs, Math.Max(LeastOutputs, outputs));
        context.Team.For(outputs, LeastOutputs, (start, end) =>
        {
            using Tensor tile = context.AllocateUntracked(new TensorShape(Math.Min(most, end - start), inputs));
            for (int first = start; first < end; first += most)
            {
                body(first, Math.Min(most, end - first), tile);
            }
        });
    }
}
