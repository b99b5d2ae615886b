using System.Buffers.Binary;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

/// <summary>Encoded elements as plain integers.</summary>
internal static class Codes
{
    internal static int Size(DType dtype) => dtype.BitSize() / 8;

    /// <summary>Every code of a type of at most 16 bits, in order.</summary>
    internal static byte[] All(DType dtype)
    {
        byte[] codes = new byte[(1 << dtype.BitSize()) * Size(dtype)];
        for (int code = 0; code < 1 << dtype.BitSize(); code++)
        {
            Set(dtype, codes, code, (ulong)code);
        }

        return codes;
    }

    internal static ulong Get(DType dtype, ReadOnlySpan<byte> codes, int index) => Size(dtype) switch
    {
        1 => codes[index],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(codes[(2 * index)..]),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(codes[(4 * index)..]),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(codes[(8 * index)..]),
    };

    internal static void Set(DType dtype, Span<byte> codes, int index, ulong code)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, code);
        bytes[..Size(dtype)].CopyTo(codes[(index * Size(dtype))..]);
    }

    internal static void AssertEqual(DType dtype, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, ReadOnlySpan<double> input)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < input.Length; i++)
        {
            ulong want = Get(dtype, expected, i);
            ulong got = Get(dtype, actual, i);
            Assert.True(want == got, $"{dtype} {i}: {input[i]:R} ({BitConverter.DoubleToUInt64Bits(input[i]):X16}) gave {got:X}, not {want:X}");
        }
    }
}
