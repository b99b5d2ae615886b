using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Tokenizers;

/// <summary>
/// Reads tensors whose rows stand in another order, as they are asked for: rows that follow each other in one model are read together. Safe for
/// concurrent calls.
/// </summary>
internal sealed class AlignedReader : ICheckpointReader
{
    private const int TileElements = 32 * 1024;

    private readonly int _own;
    private readonly RowMap _map;
    private readonly FrozenDictionary<string, AlignedRows> _rows;
    private readonly ICheckpointReader?[] _readers;
    private readonly ConcurrentDictionary<string, Lazy<byte[]>> _padding = new(StringComparer.Ordinal);

    /// <summary>Opens the models.</summary>
    /// <param name="models">The models that rows come from; <see langword="null"/> for those that no row comes from.</param>
    /// <param name="own">The number of the model whose other tensors are read.</param>
    /// <param name="map">Where the rows come from.</param>
    /// <param name="rows">The tensors whose rows the map orders, by name.</param>
    public AlignedReader(ImmutableArray<CheckpointSource?> models, int own, RowMap map, FrozenDictionary<string, AlignedRows> rows)
    {
        _own = own;
        _map = map;
        _rows = rows;
        _readers = new ICheckpointReader?[models.Length];
        try
        {
            for (int model = 0; model < models.Length; model++)
            {
                _readers[model] = models[model]?.OpenReader();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The most memory that one reading takes beside what is asked for.</summary>
    public static long BytesFor(int rowLength) => sizeof(double) * (2L * (TileElements + rowLength) + (2L * rowLength));

    /// <inheritdoc/>
    public void Read(TensorInfo tensor, long byteOffset, Span<byte> destination)
    {
        if (!_rows.TryGetValue(tensor.Name, out AlignedRows? rows))
        {
            _readers[_own]!.Read(tensor, byteOffset, destination);
            return;
        }

        int rowBytes = RowBytes(rows);
        while (!destination.IsEmpty)
        {
            int row = (int)(byteOffset / rowBytes);
            int skipped = (int)(byteOffset % rowBytes);
            int wanted = (int)(((long)skipped + destination.Length + rowBytes - 1) / rowBytes);
            int run = RunLength(row, wanted);
            Span<byte> part = destination[..(int)Math.Min(destination.Length, ((long)run * rowBytes) - skipped)];
            ReadRun(rows, row, skipped, part);
            byteOffset += part.Length;
            destination = destination[part.Length..];
        }
    }

    /// <inheritdoc/>
    public TensorExtent? Locate(TensorInfo tensor) => _rows.ContainsKey(tensor.Name) ? null : _readers[_own]!.Locate(tensor);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ICheckpointReader? reader in _readers)
        {
            reader?.Dispose();
        }
    }

    private int RowLength(AlignedRows rows) => rows.RowLength(_map.Rows.Length);

    private int RowBytes(AlignedRows rows) => checked(RowLength(rows) * SizeOf(rows.Output));

    private static int SizeOf(TensorInfo tensor) => tensor.DType.BitSize() / 8;

    private int RunLength(int row, int wanted)
    {
        int run = 1;
        while (run < wanted && _map.Rows[row].IsFollowedBy(_map.Rows[row + run], run))
        {
            run++;
        }

        return run;
    }

    private void ReadRun(AlignedRows rows, int row, int skipped, Span<byte> destination)
    {
        RowSource source = _map.Rows[row];
        if (source.IsZero)
        {
            destination.Clear();
        }
        else if (source.IsStored)
        {
            ReadStored(rows, source, skipped, destination);
        }
        else
        {
            byte[] computed = source.IsPadding ? Padding(rows) : Average(rows, _map.Averages[source.Row]);
            computed.AsSpan(skipped, destination.Length).CopyTo(destination);
        }
    }

    private void ReadStored(AlignedRows rows, RowSource source, int skipped, Span<byte> destination)
    {
        TensorInfo tensor = rows.Tensors[source.Model]!;
        if (tensor.DType == rows.Output.DType)
        {
            _readers[source.Model]!.Read(tensor, ((long)source.Row * RowBytes(rows)) + skipped, destination);
            return;
        }

        // Models of other dtypes: whole rows are converted, and the part asked for is taken.
        int rowBytes = RowBytes(rows);
        double[] values = new double[RowLength(rows)];
        byte[] converted = new byte[rowBytes];
        for (int row = source.Row; !destination.IsEmpty; row++)
        {
            Decode(rows, source with { Row = row }, values);
            _ = TensorConverter.Encode(rows.Output.DType, values, converted);
            int length = Math.Min(rowBytes - skipped, destination.Length);
            converted.AsSpan(skipped, length).CopyTo(destination);
            destination = destination[length..];
            skipped = 0;
        }
    }

    private void Decode(AlignedRows rows, RowSource source, Span<double> values)
    {
        TensorInfo tensor = rows.Tensors[source.Model]!;
        byte[] stored = new byte[values.Length * SizeOf(tensor)];
        _readers[source.Model]!.Read(tensor, (long)source.Row * stored.Length, stored);
        TensorConverter.Decode(tensor.DType, stored, values);
    }

    private byte[] Average(AlignedRows rows, ImmutableArray<RowSource> owners)
    {
        double[] sum = new double[RowLength(rows)];
        double[] values = new double[sum.Length];
        foreach (RowSource owner in owners)
        {
            Decode(rows, owner, values);
            Add(values, sum);
        }

        return Divide(rows, sum, owners.Length);
    }

    private byte[] Padding(AlignedRows rows) =>
        _padding.GetOrAdd(rows.Output.Name, _ => new Lazy<byte[]>(() => MeanOfTokens(rows))).Value;

    // One pass over the rows of all tokens, in their order.
    private byte[] MeanOfTokens(AlignedRows rows)
    {
        int length = RowLength(rows);
        int rowBytes = RowBytes(rows);
        int tileRows = Math.Max(1, TileElements / Math.Max(1, length));
        byte[] stored = new byte[tileRows * rowBytes];
        double[] sum = new double[length];
        double[] values = new double[length];
        long count = 0;
        for (int first = 0; first < _map.TokenRows; first += tileRows)
        {
            int end = Math.Min(first + tileRows, _map.TokenRows);
            for (int row = first; row < end; row++)
            {
                if (_map.Rows[row].IsPadding)
                {
                    continue;
                }

                if (row == first || _map.Rows[row - 1].IsPadding)
                {
                    int run = RunWithoutPadding(row, end);
                    Read(rows.Output, (long)row * rowBytes, stored.AsSpan((row - first) * rowBytes, run * rowBytes));
                }

                TensorConverter.Decode(rows.Output.DType, stored.AsSpan((row - first) * rowBytes, rowBytes), values);
                Add(values, sum);
                count++;
            }
        }

        return Divide(rows, sum, Math.Max(1, count));
    }

    private int RunWithoutPadding(int row, int end)
    {
        int run = 1;
        while (row + run < end && !_map.Rows[row + run].IsPadding)
        {
            run++;
        }

        return run;
    }

    private static void Add(double[] values, double[] sum)
    {
        for (int element = 0; element < sum.Length; element++)
        {
            sum[element] += values[element];
        }
    }

    private byte[] Divide(AlignedRows rows, double[] sum, long count)
    {
        for (int element = 0; element < sum.Length; element++)
        {
            sum[element] /= count;
        }

        byte[] encoded = new byte[RowBytes(rows)];
        _ = TensorConverter.Encode(rows.Output.DType, sum, encoded);
        return encoded;
    }
}
