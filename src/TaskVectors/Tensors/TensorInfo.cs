namespace TaskVectors.Tensors;

/// <summary>What a header says of a tensor: everything but its values. Immutable; equality is by value.</summary>
/// <param name="Name">The tensor's name; any string, empty included.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its dimensions.</param>
public sealed record TensorInfo(string Name, DType DType, TensorShape Shape)
{
    /// <summary>The number of elements.</summary>
    public long ElementCount => Shape.ElementCount;

    /// <summary>The number of bytes its values take: elements times bits, over 8.</summary>
    /// <exception cref="OverflowException">The size exceeds 2^63 - 1 bytes.</exception>
    public long ByteCount => checked((long)((UInt128)Shape.ElementCount * (uint)DType.BitSize() / 8));
}
