using TaskVectors.Execution.Hashing;
using TaskVectors.Execution.Merges;
using TaskVectors.Execution.Outputs;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Tiles;

/// <summary>
/// What is known of an output tensor while its tiles are made, by any lanes in any order. Hashes and statistics are kept by pieces and
/// groups of fixed size and joined in order at the end, so that they depend neither on threads nor on the size of tiles.
/// </summary>
internal sealed class TensorProgress
{
    private readonly TensorPieces _output;
    private readonly TensorPieces[] _inputs;
    private readonly BlockStatistics[] _groups;
    private long _missing;
    private Binding? _binding;

    public TensorProgress(PlannedTensor tensor, DigestAlgorithm algorithm)
    {
        Tensor = tensor;
        _output = new TensorPieces(algorithm, tensor.Output.ByteCount);
        _inputs = [.. tensor.Terms.Select(term => new TensorPieces(algorithm, term.Tensor.ByteCount))];
        _groups = new BlockStatistics[(tensor.Output.ElementCount + LaneBudget.GroupElements - 1) / LaneBudget.GroupElements];
        _missing = tensor.Output.ElementCount;
    }

    public PlannedTensor Tensor { get; }

    /// <summary>What its tiles are made of, once the statistics of its merge are known; whoever asks first finds them, others wait.</summary>
    public Binding Bind(InputReaders readers, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _binding) is { } known)
        {
            return known;
        }

        Binding binding = Find(readers, cancellationToken);
        Volatile.Write(ref _binding, binding);
        return binding;
    }

    /// <summary>Records a tile.</summary>
    /// <param name="tile">The tile, a whole number of groups unless the tensor ends with it.</param>
    /// <param name="output">The bytes made.</param>
    /// <param name="inputs">The bytes read.</param>
    /// <param name="groups">What was measured on each group of the tile.</param>
    /// <returns>Whether the tensor is complete; so for one tile of each tensor.</returns>
    public bool Record(Tile tile, ReadOnlySpan<byte> output, TileBuffers inputs, ReadOnlySpan<BlockStatistics> groups)
    {
        _output.Record(tile.First * Tensor.Output.DType.BitSize() / 8, output);
        for (int term = 0; term < _inputs.Length; term++)
        {
            int bits = Tensor.Terms[term].Tensor.DType.BitSize();
            _inputs[term].Record(tile.First * bits / 8, inputs[term][..(int)((long)tile.Count * bits / 8)]);
        }

        groups.CopyTo(_groups.AsSpan((int)(tile.First / LaneBudget.GroupElements)));
        return Interlocked.Add(ref _missing, -tile.Count) == 0;
    }

    private Binding Find(InputReaders readers, CancellationToken cancellationToken)
    {
        if (Tensor.Merged is not { } merged)
        {
            return new Binding(Tensor, null);
        }

        var reader = (MergedTileReader)readers[merged.Term.Input];
        TiledTensor tiled = reader.Open(merged.Term.Tensor.Name, Tensor.Precision == SumPrecision.Single, cancellationToken);
        return tiled.Kernel.Coefficients(tiled.Statistic?.Found) is { } coefficients
            ? new Binding(Tensor.WithCoefficients(coefficients), null)
            : new Binding(Tensor, tiled.Over(new StreamTable([.. Tensor.Terms.Select(term => (term.Input, term.Tensor))], merged.Models)));
    }

    public TensorRecord Finish()
    {
        _binding?.Merged?.Statistic?.Release();
        BlockStatistics sum = default;
        foreach (BlockStatistics group in _groups)
        {
            sum += group;
        }

        return new TensorRecord
        {
            Name = Tensor.Output.Name,
            Hash = _output.Finish(),
            InputHashes = [.. _inputs.Select(pieces => pieces.Finish())],
            RoundingSquared = sum.Statistics.RoundingSquared,
            EditSquared = sum.Statistics.EditSquared,
            Saturated = sum.Saturated,
            NaNCount = sum.Statistics.NaNCount,
        };
    }

    /// <summary>What tiles are made of.</summary>
    /// <param name="Tensor">The tensor with the coefficients of its sum.</param>
    /// <param name="Merged">The merge that is added; <see langword="null"/> for none.</param>
    internal sealed record Binding(PlannedTensor Tensor, TiledTensor? Merged);
}
