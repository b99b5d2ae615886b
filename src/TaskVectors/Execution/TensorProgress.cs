using TaskVectors.Tensors;

namespace TaskVectors.Execution;

/// <summary>
/// What is known of an output tensor while its tiles are made: hashes and statistics, taken tile by tile in order whichever lane is
/// first, so that they do not depend on threads.
/// </summary>
internal sealed class TensorProgress : IDisposable
{
    private readonly TileTurns _turns = new();
    private readonly Digest _output;
    private readonly Digest[] _inputs;
    private double _roundingSquared;
    private double _editSquared;
    private long _saturated;
    private long _nanCount;

    public TensorProgress(PlannedTensor tensor, DigestAlgorithm algorithm)
    {
        Tensor = tensor;
        _output = Digest.Create(algorithm);
        _inputs = [.. tensor.Terms.Select(_ => Digest.Create(algorithm))];
    }

    public PlannedTensor Tensor { get; }

    /// <summary>Waits until every earlier tile of the tensor has been recorded, then records this one.</summary>
    public void Record(Tile tile, ReadOnlyMemory<byte> output, TileBuffers inputs, ReadOnlyMemory<BlockStatistics> blocks, CancellationToken cancellationToken) =>
        _turns.Take(tile.Ordinal, () => Append(tile, output.Span, inputs, blocks.Span), cancellationToken);

    public TensorRecord Finish() => new()
    {
        Name = Tensor.Output.Name,
        Hash = _output.Finish(),
        InputHashes = [.. _inputs.Select(digest => digest.Finish())],
        RoundingSquared = _roundingSquared,
        EditSquared = _editSquared,
        Saturated = _saturated,
        NaNCount = _nanCount,
    };

    public void Dispose()
    {
        _output.Dispose();
        foreach (Digest digest in _inputs)
        {
            digest.Dispose();
        }
    }

    private void Append(Tile tile, ReadOnlySpan<byte> output, TileBuffers inputs, ReadOnlySpan<BlockStatistics> blocks)
    {
        _output.Append(output);
        for (int term = 0; term < _inputs.Length; term++)
        {
            int length = (int)((long)tile.Count * Tensor.Terms[term].Tensor.DType.BitSize() / 8);
            _inputs[term].Append(inputs[term][..length]);
        }

        foreach (BlockStatistics block in blocks)
        {
            _roundingSquared += block.Statistics.RoundingSquared;
            _editSquared += block.Statistics.EditSquared;
            _nanCount += block.Statistics.NaNCount;
            _saturated += block.Saturated;
        }
    }
}
