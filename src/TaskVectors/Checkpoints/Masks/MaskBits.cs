using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Masks;

/// <summary>Masks of one bit an element: element i is bit i mod 8, the lowest first, of byte i / 8. Bits after the last element are 0.</summary>
internal static class MaskBits
{
    private const int ByteBits = 8;

    /// <summary>The shape of the mask of a tensor: its bytes.</summary>
    public static TensorShape ShapeOf(TensorShape tensor) => new(ByteCount(tensor.ElementCount));

    /// <summary>The bytes that hold the bits of a number of elements.</summary>
    public static long ByteCount(long elements) => (elements + ByteBits - 1) / ByteBits;

    /// <summary>Packs which values are not zero, NaN among them.</summary>
    public static void Pack(ReadOnlySpan<double> values, Span<byte> bits)
    {
        bits.Clear();
        for (int index = 0; index < values.Length; index++)
        {
            bits[index / ByteBits] |= (byte)(values[index] != 0 ? 1 << (index % ByteBits) : 0);
        }
    }

    /// <summary>Multiplies values whose bit is set, and sets the others to zero.</summary>
    /// <param name="bits">The bytes.</param>
    /// <param name="first">The place of the first value's bit in them.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="values">The values.</param>
    public static void Apply(ReadOnlySpan<byte> bits, int first, double factor, Span<double> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            int place = first + index;
            values[index] = (bits[place / ByteBits] >> (place % ByteBits) & 1) != 0 ? factor * values[index] : 0;
        }
    }
}
