using System.Numerics;
using System.Runtime.InteropServices;
using TaskVectors.Execution.Planning;
using TaskVectors.Execution.Tiles;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Sums;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Merges;

/// <summary>
/// Room for a block of the values of all models, and the making of it from stored bytes: each stored tensor is decoded once, however many models
/// are made of it.
/// </summary>
/// <typeparam name="T">The precision, F64 or F32.</typeparam>
internal sealed class ModelValues<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Values of models at a distance of a power of two would fall into the same sets of the cache.
    private const int Padding = 40;

    private readonly T[] _values;
    private readonly T[] _streams;
    private readonly int _stride;
    private bool[] _notNumbers = [];

    /// <param name="streams">The most tensors read for one tensor of the result.</param>
    /// <param name="models">The number of models.</param>
    /// <param name="block">The most elements of a block.</param>
    public ModelValues(int streams, int models, int block)
    {
        Models = models;
        Streams = streams;
        Block = block;
        _stride = block + Padding;
        _values = GC.AllocateUninitializedArray<T>(models * _stride);
        _streams = GC.AllocateUninitializedArray<T>(streams * _stride);
        Result = GC.AllocateUninitializedArray<T>(block);
    }

    public int Models { get; }

    public int Streams { get; }

    /// <summary>The most elements of a block.</summary>
    public int Block { get; }

    /// <summary>Room for a block of the result.</summary>
    public T[] Result { get; }

    /// <summary>The bytes taken.</summary>
    public static long BytesFor(long streams, long models, long block) => System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * (streams + models + 1) * (block + Padding);

    /// <summary>Makes a block of elements of bytes that were read.</summary>
    /// <param name="inputs">The bytes of the stored tensors.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="tileFirst">The index in the tensor of the first element of the bytes.</param>
    /// <param name="start">The first element of the block, counted from the beginning of the bytes.</param>
    /// <param name="count">The number of elements.</param>
    public MergeBlock<T> BlockAt(TileBuffers inputs, TiledTensor tensor, long tileFirst, int start, int count)
    {
        StreamTable table = tensor.Table;
        for (int stream = 0; stream < table.Streams.Length; stream++)
        {
            if (table.IsShared(stream))
            {
                Decode(table.Streams[stream].Tensor.DType, inputs[stream], start, _streams.AsSpan(stream * _stride, count));
            }
        }

        for (int model = 0; model < table.Models.Length; model++)
        {
            Span<T> values = _values.AsSpan(model * _stride, count);
            ReadOnlySpan<StreamTerm> terms = table.Models[model].AsSpan();
            if (table.IsOwnDifference(model))
            {
                DecodeDifference(table.Streams[terms[1].Stream].Tensor.DType, inputs[terms[1].Stream], start, StreamOf(terms[0], count), values);
            }
            else if (table.IsOwn(model))
            {
                Decode(table.Streams[terms[0].Stream].Tensor.DType, inputs[terms[0].Stream], start, values);
            }
            else
            {
                Sum(terms, values);
            }
        }

        return new MergeBlock<T>(tensor.Tensor, tileFirst + start, count, _values, _stride, tensor.Keys, tensor.Origin);
    }

    /// <summary>Merges a block; an element that is NaN in a model is NaN in the result, whatever the kernel selects.</summary>
    public void Merge(TiledTensor tensor, MergeBlock<T> block, Span<T> result)
    {
        bool hasNaN = FindNaN(block);
        tensor.Merge(block, result);
        for (int index = 0; hasNaN && index < result.Length; index++)
        {
            result[index] = _notNumbers[index] ? T.NaN : result[index];
        }
    }

    /// <summary>The values of the models at some elements of a block, in F64.</summary>
    /// <param name="inputs">The bytes of the stored tensors.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="start">The first element of the block, counted from the beginning of the bytes.</param>
    /// <param name="places">The elements.</param>
    /// <param name="values">Room for as many numbers for every model.</param>
    public static MergeBlock<double> ExactAt(TileBuffers inputs, TiledTensor tensor, int start, ReadOnlySpan<int> places, Span<double> values)
    {
        Span<double> number = stackalloc double[1];
        for (int model = 0; model < tensor.Table.Models.Length; model++)
        {
            for (int index = 0; index < places.Length; index++)
            {
                double sum = 0;
                foreach (StreamTerm term in tensor.Table.Models[model])
                {
                    ModelValues<double>.Decode(tensor.Table.Streams[term.Stream].Tensor.DType, inputs[term.Stream], start + places[index], number);
                    sum = Math.FusedMultiplyAdd(number[0], term.Coefficient, sum);
                }

                values[(model * places.Length) + index] = sum;
            }
        }

        return new MergeBlock<double>(tensor.Tensor, 0, places.Length, values, places.Length, tensor.Keys);
    }

    private static void Decode(DType dtype, ReadOnlySpan<byte> bytes, int start, Span<T> values)
    {
        int size = dtype.BitSize() / 8;
        ReadOnlySpan<byte> codes = bytes.Slice(start * size, values.Length * size);
        if (typeof(T) == typeof(double))
        {
            TensorConverter.Decode(dtype, codes, MemoryMarshal.Cast<T, double>(values));
        }
        else
        {
            TensorConverter.Decode(dtype, codes, MemoryMarshal.Cast<T, float>(values));
        }
    }

    private static void DecodeDifference(DType dtype, ReadOnlySpan<byte> bytes, int start, ReadOnlySpan<T> origin, Span<T> values)
    {
        int size = dtype.BitSize() / 8;
        ReadOnlySpan<byte> codes = bytes.Slice(start * size, values.Length * size);
        if (typeof(T) == typeof(double))
        {
            TensorConverter.DecodeDifference(dtype, codes, MemoryMarshal.Cast<T, double>(origin), MemoryMarshal.Cast<T, double>(values));
        }
        else
        {
            TensorConverter.DecodeDifference(dtype, codes, MemoryMarshal.Cast<T, float>(origin), MemoryMarshal.Cast<T, float>(values));
        }
    }

    private void Sum(ReadOnlySpan<StreamTerm> terms, Span<T> sum)
    {
        if (terms.IsEmpty)
        {
            sum.Clear();
            return;
        }

        if (terms is [{ Coefficient: -1 }, { Coefficient: 1 }])
        {
            BlockMath.Subtract(StreamOf(terms[1], sum.Length), StreamOf(terms[0], sum.Length), sum);
            return;
        }

        if (terms[0].Coefficient == 1)
        {
            StreamOf(terms[0], sum.Length).CopyTo(sum);
        }
        else
        {
            BlockMath.Scale(StreamOf(terms[0], sum.Length), T.CreateTruncating(terms[0].Coefficient), sum);
        }

        foreach (StreamTerm term in terms[1..])
        {
            BlockMath.AddScaled(StreamOf(term, sum.Length), T.CreateTruncating(term.Coefficient), sum);
        }
    }

    private ReadOnlySpan<T> StreamOf(StreamTerm term, int count) => _streams.AsSpan(term.Stream * _stride, count);

    private bool FindNaN(MergeBlock<T> block)
    {
        bool found = false;
        for (int model = 0; model < block.ModelCount; model++)
        {
            found |= NaNSearch.Contains<T>(block[model]);
        }

        if (found)
        {
            _notNumbers = _notNumbers.Length < block.Count ? new bool[block.Count] : _notNumbers;
            for (int index = 0; index < block.Count; index++)
            {
                _notNumbers[index] = false;
                for (int model = 0; model < block.ModelCount; model++)
                {
                    _notNumbers[index] |= T.IsNaN(block[model][index]);
                }
            }
        }

        return found;
    }
}
