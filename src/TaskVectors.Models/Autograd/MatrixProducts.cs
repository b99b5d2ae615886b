namespace TaskVectors.Models.Autograd;

/// <summary>Matrix products shared by the threads of a context. Each thread makes a part of the result, so that what follows it in the cache can follow there.</summary>
internal static class MatrixProducts
{
    /// <summary>Multiplications a thread must have for a second one to pay.</summary>
    private const long LeastPerThread = 1 << 15;

    /// <summary>
    /// Rows from which threads share them. With fewer they share the columns: else each would pack all of B, which takes as long as the product.
    /// </summary>
    private const int ManyRows = 512;

    /// <summary>
    /// C = alpha A B + beta C. For each range of rows, <paramref name="prepare"/> is called before and <paramref name="finish"/> after it is
    /// made, on the thread that makes it.
    /// </summary>
    public static void Multiply(
        MatrixView a, MatrixView b, float beta, MatrixView c, float alpha = 1, Action<int, int>? prepare = null, Action<int, int>? finish = null)
    {
        ComputeContext context = c.Tensor.Context;
        int depth = a.IsTransposed ? a.Rows : a.Columns;
        long work = (long)c.Rows * c.Columns * depth;
        int least = (int)Math.Max(1, LeastPerThread * c.Rows / Math.Max(1, work));
        if (c.Columns > c.Rows && c.Rows < ManyRows)
        {
            ForEachRow(prepare);
            MultiplyColumns(context, a, b, beta, c, alpha, depth);
            ForEachRow(finish);
            return;
        }

        context.Team.For(c.Rows, least, (start, end) =>
        {
            prepare?.Invoke(start, end);
            context.LinearAlgebra.Multiply(
                alpha, a.ReadOnly.Slice(start, 0, end - start, depth), b.ReadOnly, beta, c.Writable.Slice(start, 0, end - start, c.Columns));
            finish?.Invoke(start, end);
        });

        void ForEachRow(Action<int, int>? body)
        {
            if (body is not null)
            {
                context.Team.For(c.Rows, Math.Max(1, (1 << 13) / c.Columns), body);
            }
        }
    }

    private static void MultiplyColumns(ComputeContext context, MatrixView a, MatrixView b, float beta, MatrixView c, float alpha, int depth)
    {
        long work = (long)c.Rows * c.Columns * depth;
        int least = (int)Math.Max(16, LeastPerThread * c.Columns / Math.Max(1, work));
        context.Team.For(c.Columns, least, (start, end) => context.LinearAlgebra.Multiply(
            alpha, a.ReadOnly, b.ReadOnly.Slice(0, start, depth, end - start), beta, c.Writable.Slice(0, start, c.Rows, end - start)));
    }
}
