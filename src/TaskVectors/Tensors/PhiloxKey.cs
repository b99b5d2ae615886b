using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TaskVectors.Tensors;

/// <summary>
/// The 64-bit key of a <see cref="Philox4x32"/> generator. One key is one stream of random numbers, read by element index; different
/// keys give independent streams. Immutable; equality is by value.
/// </summary>
/// <param name="Value">The key; the low 32 bits are the generator's first key word, the high 32 bits its second.</param>
public readonly record struct PhiloxKey(ulong Value)
{
    /// <summary>
    /// The key of a tensor. It is the first 8 bytes, read little-endian, of the SHA-256 of: the seed as 8 bytes little-endian, the
    /// number of UTF-8 bytes of <paramref name="model"/> as 8 bytes little-endian, those UTF-8 bytes, and the UTF-8 bytes of
    /// <paramref name="tensor"/>. A lone surrogate counts as U+FFFD.
    /// </summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="model">The name of the model; may be empty.</param>
    /// <param name="tensor">The name of the tensor; may be empty.</param>
    public static PhiloxKey Create(ulong seed, string model, string tensor)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tensor);

        int modelLength = Encoding.UTF8.GetByteCount(model);
        byte[] message = new byte[2 * sizeof(ulong) + modelLength + Encoding.UTF8.GetByteCount(tensor)];
        BinaryPrimitives.WriteUInt64LittleEndian(message, seed);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(sizeof(ulong)), (ulong)modelLength);
        _ = Encoding.UTF8.GetBytes(model, message.AsSpan(2 * sizeof(ulong)));
        _ = Encoding.UTF8.GetBytes(tensor, message.AsSpan(2 * sizeof(ulong) + modelLength));

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(message, hash);
        return new PhiloxKey(BinaryPrimitives.ReadUInt64LittleEndian(hash));
    }
}
