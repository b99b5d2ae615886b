using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Products of matrices and of batches of them.</summary>
public static class MatrixOperations
{
    /// <summary>C = A B over the last two dimensions; dimensions in front are a batch and broadcast.</summary>
    /// <param name="a">[..., m, k].</param>
    /// <param name="b">[..., k, n].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor MatrixMultiply(this Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Shapes.Require(
            a.Rank >= 2 && b.Rank >= 2 && a.Size(-1) == b.Size(-2), $"Matrices of shapes {a.Shape} and {b.Shape} cannot be multiplied.");
        (int m, int k, int n) = (a.Size(-2), a.Size(-1), b.Size(-1));
        TensorShape batch = Shapes.Broadcast(Batch(a), Batch(b));
        Tensor c = a.Context.Allocate([.. batch.Dimensions, m, n]);
        int[] aStarts = Starts(Batch(a), batch, m * k);
        int[] bStarts = Starts(Batch(b), batch, k * n);
        ForEachMatrix(a.Context, aStarts.Length, i => MatrixProducts.Multiply(
            MatrixView.Of(a, m, k, aStarts[i]), MatrixView.Of(b, k, n, bStarts[i]), 0, MatrixView.Of(c, m, n, i * m * n)));
        if (a.Context.Needs(a, b))
        {
            a.Context.Record(c, dc => Backward(a, b, dc, aStarts, bStarts));
        }

        return c;
    }

    private static void Backward(Tensor a, Tensor b, Tensor dc, int[] aStarts, int[] bStarts)
    {
        (int m, int k, int n) = (a.Size(-2), a.Size(-1), b.Size(-1));
        Tensor? da = a.RequiresGradient ? a.OpenSparseGradient() : null;
        Tensor? db = b.RequiresGradient ? b.OpenSparseGradient() : null;
        bool isShared = (long)aStarts.Length * m * k > a.Count || (long)bStarts.Length * k * n > b.Count;
        Action<int> body = i =>
        {
            MatrixView gradient = MatrixView.Of(dc, m, n, i * m * n);
            if (da is not null)
            {
                MatrixProducts.Multiply(gradient, MatrixView.Of(b, k, n, bStarts[i]).Transposed, 1, MatrixView.Of(da, m, k, aStarts[i]));
            }

            if (db is not null)
            {
                MatrixProducts.Multiply(MatrixView.Of(a, m, k, aStarts[i]).Transposed, gradient, 1, MatrixView.Of(db, k, n, bStarts[i]));
            }
        };

        // Matrices that the batch shares collect gradients of several members: one after another.
        if (isShared)
        {
            for (int i = 0; i < aStarts.Length; i++)
            {
                body(i);
            }
        }
        else
        {
            ForEachMatrix(a.Context, aStarts.Length, body);
        }
    }

    /// <summary>Threads share a large batch; a small one leaves them to each product.</summary>
    private static void ForEachMatrix(ComputeContext context, int count, Action<int> body)
    {
        if (count < context.Threads)
        {
            for (int i = 0; i < count; i++)
            {
                body(i);
            }

            return;
        }

        context.Team.For(count, 1, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                body(i);
            }
        });
    }

    private static TensorShape Batch(Tensor tensor) => new(tensor.Shape.Dimensions[..^2]);

    private static int[] Starts(TensorShape shape, TensorShape batch, int size)
    {
        int[] starts = new int[batch.ElementCount];
        Broadcasting.ForEachRow(batch, shape, shape, row =>
        {
            for (int i = 0; i < row.Length; i++)
            {
                starts[row.Target + i] = (row.Left + (i * row.LeftStep)) * size;
            }
        });
        return starts;
    }
}
