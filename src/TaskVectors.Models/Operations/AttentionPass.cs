using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>The two passes of one attention.</summary>
internal sealed class AttentionPass(Heads queries, Heads keys, Heads values, AttentionOptions options, Heads output)
{
    /// <summary>Scores a block of queries may have: a quarter of a megabyte, to stay in the second-level cache.</summary>
    private const int BlockElements = 1 << 16;

    private const int LeastBlockRows = 16;

    private readonly ComputeContext _context = queries.Tensor.Context;
    private readonly float _scale = options.Scale ?? 1 / MathF.Sqrt(queries.Size);
    private readonly int _group = queries.Count / keys.Count;
    private readonly int _shift = keys.Length - queries.Length;
    private readonly int _blockRows = Math.Clamp(BlockElements / Math.Max(1, keys.Length), LeastBlockRows, Math.Max(LeastBlockRows, queries.Length));

    public void Forward(Tensor? logSums)
    {
        _context.Team.For(queries.Batch * queries.Count, 1, (start, end) =>
        {
            using Tensor scores = Scratch();
            for (int unit = start; unit < end; unit++)
            {
                ForEachBlock(unit / queries.Count, unit % queries.Count, block => ForwardBlock(block, scores, logSums));
            }
        });
    }

    public void Backward(Tensor logSums, Tensor gradient)
    {
        Tensor? dQueries = queries.Tensor.RequiresGradient ? queries.Tensor.OpenSparseGradient() : null;
        Tensor? dKeys = keys.Tensor.RequiresGradient ? keys.Tensor.OpenSparseGradient() : null;
        Tensor? dValues = values.Tensor.RequiresGradient ? values.Tensor.OpenSparseGradient() : null;
        Tensor? dBias = options.Bias is { RequiresGradient: true } ? options.Bias.OpenSparseGradient() : null;
        BackwardTargets targets = new(gradient, logSums, dQueries, dKeys, dValues, dBias);

        // A bias that the batch shares collects from all its members: one thread takes a head through the batch.
        _context.Team.For(keys.Count * (dBias is null ? keys.Batch : 1), 1, (start, end) =>
        {
            using Tensor scores = Scratch();
            using Tensor slopes = Scratch();
            for (int unit = start; unit < end; unit++)
            {
                for (int batch = 0; batch < (dBias is null ? 1 : keys.Batch); batch++)
                {
                    int member = dBias is null ? unit / keys.Count : batch;
                    for (int head = unit % keys.Count * _group; head < ((unit % keys.Count) + 1) * _group; head++)
                    {
                        ForEachBlock(member, head, block => BackwardBlock(block, targets, scores, slopes));
                    }
                }
            }
        });
    }

    private Tensor Scratch() => _context.AllocateUntracked(new TensorShape(_blockRows, keys.Length));

    private void ForEachBlock(int batch, int head, Action<Block> body)
    {
        for (int start = 0; start < queries.Length; start += _blockRows)
        {
            int rows = Math.Min(_blockRows, queries.Length - start);
            int lastKey = options.IsCausal ? Math.Clamp(start + rows + _shift, 0, keys.Length) : keys.Length;
            int firstKey = options.IsCausal && options.Window > 0 ? Math.Clamp(start + _shift - options.Window + 1, 0, lastKey) : 0;
            if (HasBlindQuery(batch, start, rows))
            {
                (firstKey, lastKey) = (0, keys.Length);
            }

            body(new Block(batch, head, head / _group, start, rows, firstKey, lastKey - firstKey));
        }
    }

    private void ForwardBlock(Block block, Tensor scores, Tensor? logSums)
    {
        MatrixView target = output.Rows(block.Batch, block.Head, block.Start, block.Rows);
        Score(block, scores);
        Span<float> sums = stackalloc float[block.Rows <= 512 ? block.Rows : 0];
        sums = sums.IsEmpty ? new float[block.Rows] : sums;
        for (int row = 0; row < block.Rows; row++)
        {
            Span<float> line = scores.Values.Slice(row * block.Keys, block.Keys);
            Span<float> visible = HideOthers(block, row, line);
            float largest = Elementwise.Max(visible);
            sums[row] = Elementwise.ExpShifted(visible, 1, largest, visible);
            Remember(logSums, block, row, largest + MathF.Log(sums[row]));
        }

        Multiply(1, MatrixView.Of(scores, block.Rows, block.Keys), values.Rows(block.Batch, block.KeyHead, block.FirstKey, block.Keys), 0, target);
        Span<float> results = target.Tensor.Values;
        for (int row = 0; row < block.Rows; row++)
        {
            Span<float> line = results.Slice(target.Offset + (row * target.Stride), target.Columns);
            Elementwise.Scale(1 / sums[row], line, line);
        }
    }

    private void BackwardBlock(Block block, BackwardTargets targets, Tensor scores, Tensor slopes)
    {
        Score(block, scores);
        MatrixView shares = MatrixView.Of(scores, block.Rows, block.Keys);
        MatrixView slopeRows = MatrixView.Of(slopes, block.Rows, block.Keys);
        MatrixView gradient = output.View(targets.Gradient, block.Batch, block.Head, block.Start, block.Rows);
        MatrixView results = output.Rows(block.Batch, block.Head, block.Start, block.Rows);
        MatrixView keyRows = keys.Rows(block.Batch, block.KeyHead, block.FirstKey, block.Keys);
        MatrixView valueRows = values.Rows(block.Batch, block.KeyHead, block.FirstKey, block.Keys);
        MatrixView queryRows = queries.Rows(block.Batch, block.Head, block.Start, block.Rows);
        Multiply(1, gradient, valueRows.Transposed, 0, slopeRows);
        for (int row = 0; row < block.Rows; row++)
        {
            ReadOnlySpan<float> slope = targets.Gradient.Values.Slice(gradient.Offset + (row * gradient.Stride), gradient.Columns);
            ReadOnlySpan<float> result = output.Tensor.Values.Slice(results.Offset + (row * results.Stride), results.Columns);
            Span<float> line = scores.Values.Slice(row * block.Keys, block.Keys);
            Span<float> slopeLine = slopes.Values.Slice(row * block.Keys, block.Keys);
            Span<float> visible = HideOthers(block, row, line);
            _ = Elementwise.ExpShifted(visible, 1, targets.LogSums.Values[SumIndex(block, row)], visible);
            AttentionKernels.ScoreSlopes(line, Elementwise.Dot(slope, result), slopeLine);
        }

        if (targets.Values is not null)
        {
            Multiply(1, shares.Transposed, gradient, 1, values.View(targets.Values, block.Batch, block.KeyHead, block.FirstKey, block.Keys));
        }

        if (targets.Queries is not null)
        {
            Multiply(_scale, slopeRows, keyRows, 1, queries.View(targets.Queries, block.Batch, block.Head, block.Start, block.Rows));
        }

        if (targets.Keys is not null)
        {
            Multiply(_scale, slopeRows.Transposed, queryRows, 1, keys.View(targets.Keys, block.Batch, block.KeyHead, block.FirstKey, block.Keys));
        }

        if (targets.Bias is not null)
        {
            for (int row = 0; row < block.Rows; row++)
            {
                Elementwise.Add(slopes.Values.Slice(row * block.Keys, block.Keys), targets.Bias.Values.Slice(BiasIndex(block, row), block.Keys));
            }
        }
    }

    /// <summary>scale Q K^T + bias, with negative infinity where the key mask hides a key.</summary>
    private void Score(Block block, Tensor scores)
    {
        Multiply(
            _scale,
            queries.Rows(block.Batch, block.Head, block.Start, block.Rows),
            keys.Rows(block.Batch, block.KeyHead, block.FirstKey, block.Keys).Transposed,
            0,
            MatrixView.Of(scores, block.Rows, block.Keys));
        for (int row = 0; row < block.Rows && options.Bias is not null; row++)
        {
            Elementwise.Add(options.Bias.Values.Slice(BiasIndex(block, row), block.Keys), scores.Values.Slice(row * block.Keys, block.Keys));
        }

        if (options.KeyMask is null)
        {
            return;
        }

        ReadOnlySpan<int> mask = options.KeyMask.Values.Slice((block.Batch * keys.Length) + block.FirstKey, block.Keys);
        for (int key = 0; key < mask.Length; key++)
        {
            for (int row = 0; mask[key] == 0 && row < block.Rows; row++)
            {
                scores.Values[(row * block.Keys) + key] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>
    /// The scores of the keys that a query sees by order; 0 in place of those of the others, as that is their share. A query that sees none has equal
    /// scores for all.
    /// </summary>
    private Span<float> HideOthers(Block block, int row, Span<float> line)
    {
        (int first, int end) = Visible(block.Start + row);
        if (IsBlind(block.Batch, first, end))
        {
            line.Clear();
            return line;
        }

        (first, end) = (first - block.FirstKey, end - block.FirstKey);
        line[..first].Clear();
        line[end..].Clear();
        return line[first..end];
    }

    /// <summary>The keys that a query sees by order.</summary>
    private (int First, int End) Visible(int query)
    {
        if (!options.IsCausal)
        {
            return (0, keys.Length);
        }

        int end = Math.Clamp(query + _shift + 1, 0, keys.Length);
        return (options.Window > 0 ? Math.Clamp(end - options.Window, 0, end) : 0, end);
    }

    private bool HasBlindQuery(int batch, int start, int rows)
    {
        for (int query = start; query < start + rows; query++)
        {
            (int first, int end) = Visible(query);
            if (IsBlind(batch, first, end))
            {
                return true;
            }

            if (options.KeyMask is null && _shift >= 0)
            {
                return false;
            }
        }

        return false;
    }

    private bool IsBlind(int batch, int first, int end) => options.KeyMask is null
        ? first == end
        : options.KeyMask.Values.Slice((batch * keys.Length) + first, end - first).IndexOfAnyExcept(0) < 0;

    private int BiasIndex(Block block, int row)
    {
        int batch = options.Bias!.Size(0) == 1 ? 0 : block.Batch;
        return (((((batch * queries.Count) + block.Head) * queries.Length) + block.Start + row) * keys.Length) + block.FirstKey;
    }

    private int SumIndex(Block block, int row) => (((block.Batch * queries.Count) + block.Head) * queries.Length) + block.Start + row;

    private void Remember(Tensor? logSums, Block block, int row, float value)
    {
        if (logSums is not null)
        {
            logSums.Values[SumIndex(block, row)] = value;
        }
    }

    private void Multiply(float alpha, MatrixView a, MatrixView b, float beta, MatrixView c) =>
        _context.LinearAlgebra.Multiply(alpha, a.ReadOnly, b.ReadOnly, beta, c.Writable);

    /// <summary>Neighbouring queries of one head, and the keys that any of them may see.</summary>
    private readonly record struct Block(int Batch, int Head, int KeyHead, int Start, int Rows, int FirstKey, int Keys);

    private sealed record BackwardTargets(Tensor Gradient, Tensor LogSums, Tensor? Queries, Tensor? Keys, Tensor? Values, Tensor? Bias);
}
