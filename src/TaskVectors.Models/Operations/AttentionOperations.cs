using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Scaled dot-product attention.</summary>
public static class AttentionOperations
{
    /// <summary>
    /// softmax(scale Q K^T + bias) V for every head (Vaswani et al., 2017). Scores exist for one block of queries at a time; the backward
    /// pass works them out again from the logarithms of the softmax sums (Dao et al., "FlashAttention", 2022, algorithm 4), so memory
    /// grows with the length, not with its square.
    /// </summary>
    /// <param name="queries">Heads over [batch, queries, width].</param>
    /// <param name="keys">Heads over [batch, keys, width]; a divisor of the queries' number of heads, each shared by neighbouring query heads.</param>
    /// <param name="values">As the keys.</param>
    /// <param name="options">Masks and scale.</param>
    /// <returns>[batch, queries, heads * size].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Attend(Heads queries, Heads keys, Heads values, AttentionOptions? options = null)
    {
        options ??= new AttentionOptions();
        Check(queries, keys, values, options);
        ComputeContext context = queries.Tensor.Context;
        Tensor output = context.Allocate(queries.Batch, queries.Length, queries.Count * values.Size);
        bool records = context.Needs(queries.Tensor, keys.Tensor, values.Tensor, options.Bias);
        Tensor? logSums = records ? context.AllocateUntracked(new TensorShape(queries.Batch, queries.Count, queries.Length)) : null;
        AttentionPass pass = new(queries, keys, values, options, new Heads(output, queries.Count, values.Size));
        pass.Forward(logSums);
        if (logSums is not null)
        {
            context.Record(output, gradient => pass.Backward(logSums, gradient), logSums);
        }

        return output;
    }

    private static void Check(Heads queries, Heads keys, Heads values, AttentionOptions options)
    {
        foreach (Heads heads in (ReadOnlySpan<Heads>)[queries, keys, values])
        {
            Shapes.Require(
                heads.Tensor.Rank == 3 && heads.Offset >= 0 && heads.Offset + (heads.Count * heads.Size) <= heads.Tensor.Size(2),
                $"{heads.Count} heads of {heads.Size} from {heads.Offset} on do not lie within {heads.Tensor.Shape}.");
        }

        Shapes.Require(
            keys.Count > 0 && queries.Count % keys.Count == 0 && keys.Count == values.Count && queries.Size == keys.Size,
            $"{queries.Count} query heads of {queries.Size}, {keys.Count} key heads of {keys.Size} and {values.Count} value heads do not fit.");
        Shapes.Require(
            queries.Batch == keys.Batch && keys.Batch == values.Batch && keys.Length == values.Length,
            $"Queries, keys and values of shapes {queries.Tensor.Shape}, {keys.Tensor.Shape} and {values.Tensor.Shape} do not fit.");
        Shapes.Require(
            options.KeyMask is null || options.KeyMask.Count == keys.Batch * keys.Length,
            $"A key mask of shape {options.KeyMask?.Shape} does not fit {keys.Batch} x {keys.Length} keys.");
        Shapes.Require(
            options.Bias is null
            || (options.Bias.Rank == 4 && (options.Bias.Size(0) == 1 || options.Bias.Size(0) == queries.Batch)
                && options.Bias.Size(1) == queries.Count && options.Bias.Size(2) == queries.Length && options.Bias.Size(3) == keys.Length),
            $"A bias of shape {options.Bias?.Shape} does not fit {queries.Count} heads of {queries.Length} queries and {keys.Length} keys.");
    }
}
