using System.Buffers.Binary;

namespace TaskVectors.Models.Data;

/// <summary>An array of the IDX format, that of MNIST: two zero bytes, the type, the number of dimensions, these, and the elements, all big-endian.</summary>
internal sealed class IdxArray
{
    private const int MaximumRank = 8;

    private readonly byte[] _file;
    private readonly int _start;

    private IdxArray(byte[] file, int start, IdxElement element, int[] shape)
    {
        _file = file;
        _start = start;
        Element = element;
        Shape = shape;
    }

    /// <summary>The type of the elements.</summary>
    public IdxElement Element { get; }

    /// <summary>The dimensions.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The elements as stored.</summary>
    internal ReadOnlySpan<byte> Bytes => _file.AsSpan(_start);

    /// <summary>Reads a file; one that ends in <c>.gz</c> is unpacked.</summary>
    /// <exception cref="DataException">It is missing, not IDX, or its length does not fit its dimensions.</exception>
    public static IdxArray Read(string file)
    {
        byte[] bytes = DataFile.ReadAll(file);
        if (bytes.Length < 4 || bytes[0] != 0 || bytes[1] != 0 || !Enum.IsDefined((IdxElement)bytes[2]) || bytes[3] is 0 or > MaximumRank)
        {
            throw DataException.About(file, "data.malformed", "it is not an IDX file.");
        }

        int rank = bytes[3];
        int start = 4 + (rank * 4);
        if (bytes.Length < start)
        {
            throw DataException.About(file, "data.truncated", "it ends within its dimensions. Get it again.");
        }

        int[] shape = new int[rank];
        long expected = Size((IdxElement)bytes[2]);
        for (int index = 0; index < rank; index++)
        {
            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 + (index * 4)));
            if (dimension > int.MaxValue || (expected > 0 && dimension > long.MaxValue / expected))
            {
                throw DataException.About(file, "data.malformed", $"its dimension {index} is {dimension}.");
            }

            shape[index] = (int)dimension;
            expected *= dimension;
        }

        return expected == bytes.Length - start
            ? new IdxArray(bytes, start, (IdxElement)bytes[2], shape)
            : throw DataException.About(
                file, "data.truncated", $"it has {bytes.Length - start} bytes of elements, but dimensions {string.Join(" x ", shape)} need {expected}. Get it again.");
    }

    private static int Size(IdxElement element) => element switch
    {
        IdxElement.Int16 => 2,
        IdxElement.Int32 or IdxElement.Float32 => 4,
        IdxElement.Float64 => 8,
        _ => 1,
    };
}
