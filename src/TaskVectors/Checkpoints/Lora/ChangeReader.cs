using System.Buffers;
using System.Collections.Concurrent;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// Computes any part of a <see cref="TensorChange"/> in F64 from the adapter's file and, where needed, the base. Memory: the factors in
/// use, and the channel scales of DoRA. Safe for concurrent calls.
/// </summary>
internal sealed class ChangeReader : IDisposable
{
    private const int PieceElements = 1 << 14;

    private readonly LoraAdapter _adapter;
    private readonly ICheckpointReader _weights;
    private readonly ICheckpointReader? _base;
    private readonly FactorCache _factors;
    private readonly ConcurrentDictionary<string, Lazy<double[]>> _channelScales = new(StringComparer.Ordinal);

    /// <summary>Opens the adapter's file, and the base's where there is one.</summary>
    public ChangeReader(LoraAdapter adapter, CheckpointSource? pretrained)
    {
        _adapter = adapter;
        _weights = adapter.Weights.OpenReader();
        _factors = new FactorCache(LoadFactors);
        try
        {
            _base = pretrained?.OpenReader();
        }
        catch
        {
            _weights.Dispose();
            throw;
        }
    }

    /// <summary>Computes part of a change.</summary>
    /// <param name="change">The change; bound where it needs the base.</param>
    /// <param name="first">The row-major index of the first element.</param>
    /// <param name="destination">Filled completely.</param>
    /// <exception cref="LoraException">The change needs the base and is not bound.</exception>
    public void Compute(TensorChange change, long first, Span<double> destination)
    {
        if (!change.NeedsBase)
        {
            ComputeProduct(change, first, destination);
            AddAddition(change, first, destination);
            return;
        }

        if (change.Base is not { } pretrained)
        {
            throw NeedsBase(change);
        }

        double[] rented = ArrayPool<double>.Shared.Rent(destination.Length);
        try
        {
            Span<double> scratch = rented.AsSpan(0, destination.Length);
            ComputeAdapted(change, first, destination, scratch);
            ApplyChannelScales(change, first, destination);
            Read(_base!, pretrained, first, scratch);
            Accumulate(destination, scratch, -1);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    /// <summary>The factors of a module, oriented as its weight is.</summary>
    public LowRankFactors Factors(LoraModule module) => _factors.Get(module);

    /// <summary>Whether a copy in the adapter's file has the values of the base's tensor.</summary>
    public bool EqualsBase(TensorInfo copy, TensorInfo pretrained)
    {
        double[] left = ArrayPool<double>.Shared.Rent(PieceElements);
        double[] right = ArrayPool<double>.Shared.Rent(PieceElements);
        try
        {
            for (long first = 0; first < copy.ElementCount; first += PieceElements)
            {
                int count = (int)Math.Min(PieceElements, copy.ElementCount - first);
                Read(_weights, copy, first, left.AsSpan(0, count));
                Read(_base!, pretrained, first, right.AsSpan(0, count));
                if (!left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<double>.Shared.Return(left);
            ArrayPool<double>.Shared.Return(right);
        }
    }

    /// <summary>Whether two tensors of the adapter's file have the same values.</summary>
    public bool AreEqual(TensorInfo left, TensorInfo right) =>
        left.Shape == right.Shape && ReadAll(left).AsSpan().SequenceEqual(ReadAll(right));

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights.Dispose();
        _base?.Dispose();
    }

    /// <summary>The error of reading a change that needs a base without one.</summary>
    public LoraException NeedsBase(TensorChange change) => new(
        LoraError.NeedsBase,
        _adapter.Path,
        $"{QuotedName.Of(change.Name)} is stored as {(change.Magnitude is not null ? "DoRA" : "a full copy")}, and its difference "
        + "to the base needs the base. "
        + "Add the adapter to its base, as in BASE + ADAPTER; the difference alone is (BASE + ADAPTER) - BASE.",
        change.Name);

    // V + D, with V the full copy or the base's own tensor.
    private void ComputeAdapted(TensorChange change, long first, Span<double> destination, Span<double> scratch)
    {
        if (change.Copy is { } copy)
        {
            Read(_weights, copy, first, destination);
        }
        else
        {
            Read(_base!, change.Base!, first, destination);
        }

        if (change.Module is not null)
        {
            ComputeProduct(change, first, scratch);
            Accumulate(destination, scratch, 1);
        }

        AddAddition(change, first, destination);
    }

    private void ComputeProduct(TensorChange change, long first, Span<double> destination)
    {
        if (change.Module is { } module)
        {
            Factors(module).Compute(first, destination);
        }
        else
        {
            destination.Clear();
        }
    }

    private void AddAddition(TensorChange change, long first, Span<double> destination)
    {
        if (change.Addition is not { } addition)
        {
            return;
        }

        double[] values = ReadAll(addition);
        Accumulate(destination, values.AsSpan((int)first, destination.Length), change.AdditionScale);
    }

    private void ApplyChannelScales(TensorChange change, long first, Span<double> destination)
    {
        if (change.Magnitude is null)
        {
            return;
        }

        double[] scales = _channelScales.GetOrAdd(change.Name, _ => new Lazy<double[]>(() => ComputeChannelScales(change))).Value;
        var channels = new ChannelOrder(change.Module!);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] *= scales[channels.Of(first + i)];
        }
    }

    /// <summary>DoRA's m / ||V + D|| for each channel, the squares summed in the order of the elements.</summary>
    private double[] ComputeChannelScales(TensorChange change)
    {
        var channels = new ChannelOrder(change.Module!);
        double[] squares = new double[change.Channels];
        double[] adapted = ArrayPool<double>.Shared.Rent(PieceElements);
        double[] scratch = ArrayPool<double>.Shared.Rent(PieceElements);
        try
        {
            for (long first = 0; first < change.Base!.ElementCount; first += PieceElements)
            {
                int count = (int)Math.Min(PieceElements, change.Base.ElementCount - first);
                ComputeAdapted(change, first, adapted.AsSpan(0, count), scratch.AsSpan(0, count));
                for (int i = 0; i < count; i++)
                {
                    squares[channels.Of(first + i)] += adapted[i] * adapted[i];
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(adapted);
            ArrayPool<double>.Shared.Return(scratch);
        }

        double[] scales = ReadAll(change.Magnitude!);
        for (int channel = 0; channel < scales.Length; channel++)
        {
            scales[channel] /= Math.Sqrt(squares[channel]);
        }

        return scales;
    }

    private LowRankFactors LoadFactors(LoraModule module)
    {
        int outputs = (int)module.Outputs;
        int inputs = (int)module.Inputs;
        double[] a = ReadFactor(module.A);
        double[] b = ReadFactor(module.B);
        return module.IsTransposed
            ? new LowRankFactors(
                inputs, outputs, module.Rank, LowRankFactors.Transpose(a, module.Rank, inputs), LowRankFactors.Transpose(b, outputs, module.Rank), module.Scale)
            : new LowRankFactors(outputs, inputs, module.Rank, b, a, module.Scale);
    }

    private double[] ReadFactor(TensorInfo tensor)
    {
        double[] values = ReadAll(tensor);
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
            {
                throw new LoraException(
                    LoraError.NotFinite,
                    _adapter.Weights.Path,
                    $"tensor {QuotedName.Of(tensor.Name)} holds {value}, which would spoil whole rows of the product. Train or "
                    + "download the adapter again.",
                    tensor.Name);
            }
        }

        return values;
    }

    private double[] ReadAll(TensorInfo tensor)
    {
        double[] values = new double[tensor.ElementCount];
        for (int first = 0; first < values.Length; first += PieceElements)
        {
            Read(_weights, tensor, first, values.AsSpan(first, Math.Min(PieceElements, values.Length - first)));
        }

        return values;
    }

    private static void Read(ICheckpointReader reader, TensorInfo tensor, long first, Span<double> destination)
    {
        int elementBytes = tensor.DType.BitSize() / 8;
        byte[] rented = ArrayPool<byte>.Shared.Rent(destination.Length * elementBytes);
        try
        {
            Span<byte> bytes = rented.AsSpan(0, destination.Length * elementBytes);
            reader.Read(tensor, first * elementBytes, bytes);
            TensorConverter.Decode(tensor.DType, bytes, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Accumulate(Span<double> sum, ReadOnlySpan<double> values, double coefficient)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = Math.FusedMultiplyAdd(coefficient, values[i], sum[i]);
        }
    }
}
