using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.Tensors;

/// <summary>
/// The counter-based random number generator Philox 4x32 with 10 rounds: a keyed bijection of 128-bit counters whose outputs are
/// statistically random. It has no state, so the number of an element depends on its index alone, never on tiles or threads.
/// </summary>
/// <remarks>
/// Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3.
/// <para>
/// How elements use the bits: the block with counter words (low 32 bits of b, high 32 bits of b, 0, 0) serves elements 2b and 2b + 1.
/// Element 2b has words 0 (low) and 1 (high), element 2b + 1 has words 2 (low) and 3 (high).
/// </para>
/// </remarks>
public static class Philox4x32
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four random words of a counter.</summary>
    /// <param name="key">The key.</param>
    /// <param name="counter">The counter's four words, the first one in element 0.</param>
    public static Vector128<uint> Block(PhiloxKey key, Vector128<uint> counter)
    {
        uint x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
        uint key0 = (uint)key.Value, key1 = (uint)(key.Value >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x0;
            ulong product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ key0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ key1;
            x3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return Vector128.Create(x0, x1, x2, x3);
    }

    /// <summary>The 64 random bits of an element.</summary>
    /// <param name="key">The key.</param>
    /// <param name="element">The index of the element; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static ulong Bits(PhiloxKey key, long element)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(element);
        long block = element >> 1;
        return Block(key, Vector128.Create((uint)block, (uint)(block >> 32), 0, 0)).AsUInt64()[(int)(element & 1)];
    }

    /// <summary>The random number of an element, uniform in [0, 1): the top 53 of its 64 bits, times 2^-53.</summary>
    /// <param name="key">The key.</param>
    /// <param name="element">The index of the element; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static double Uniform(PhiloxKey key, long element) => (Bits(key, element) >> 11) * (1.0 / (1L << 53));

    /// <summary>
    /// The 32 random bits of an element where half as many do, in two halves, since the lower one seldom matters. Eight elements share a block of each: element
    /// 8b + h has half h of the block with counter words (low 32 bits of b, high 32 bits of b, 0, 0) above half h of that with (low, high, 1, 0); a block's words
    /// in order, the lower half of each first. Not independent of <see cref="Bits"/> under the same key.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="element">The index of the element; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative.</exception>
    public static uint Word(PhiloxKey key, long element) => ((uint)Half(key, element, 0) << 16) | LowerHalf(key, element);

    /// <summary>The lower half of <see cref="Word"/>.</summary>
    internal static ushort LowerHalf(PhiloxKey key, long element) => Half(key, element, 1);

    /// <summary>The upper halves of <see cref="Word"/> of a run of elements, the first of which is a multiple of eight.</summary>
    internal static void UpperHalves(PhiloxKey key, long firstElement, Span<ushort> halves)
    {
        int index = 0;
        for (; Avx2.IsSupported && index <= halves.Length - 64; index += 64)
        {
            (Vector256<ulong> first, Vector256<ulong> second, Vector256<ulong> third, Vector256<ulong> fourth) = Blocks8(key, (firstElement + index) >> 3);
            first.AsUInt16().CopyTo(halves[index..]);
            second.AsUInt16().CopyTo(halves[(index + 16)..]);
            third.AsUInt16().CopyTo(halves[(index + 32)..]);
            fourth.AsUInt16().CopyTo(halves[(index + 48)..]);
        }

        UpperHalvesScalar(key, firstElement + index, halves[index..]);
    }

    /// <summary>The scalar form of <see cref="UpperHalves"/>.</summary>
    internal static void UpperHalvesScalar(PhiloxKey key, long firstElement, Span<ushort> halves)
    {
        for (int index = 0; index < halves.Length; index++)
        {
            halves[index] = Half(key, firstElement + index, 0);
        }
    }

    /// <summary><see cref="Bits"/> of eight elements, the first of which is even. Needs AVX2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector256<ulong> Lower, Vector256<ulong> Upper) Bits8(PhiloxKey key, long firstElement)
    {
        Lanes lanes = Lanes.Of(firstElement >> 1);
        var keys = new Keys(key);
        for (int round = 0; round < Rounds; round++)
        {
            lanes = lanes.Next(keys);
            keys = keys.Next();
        }

        return lanes.Words();
    }

    // Two times four blocks and two rounds at once: a round waits for its products, and other work fills the time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<ulong> First, Vector256<ulong> Second, Vector256<ulong> Third, Vector256<ulong> Fourth) Blocks8(PhiloxKey key, long firstBlock)
    {
        Lanes lower = Lanes.Of(firstBlock);
        Lanes upper = Lanes.Of(firstBlock + 4);
        var keys = new Keys(key);
        for (int round = 0; round < Rounds; round += 2)
        {
            Keys odd = keys.Next();
            lower = lower.Next(keys).Next(odd);
            upper = upper.Next(keys).Next(odd);
            keys = odd.Next();
        }

        (Vector256<ulong> first, Vector256<ulong> second) = lower.Words();
        (Vector256<ulong> third, Vector256<ulong> fourth) = upper.Words();
        return (first, second, third, fourth);
    }

    private static ushort Half(PhiloxKey key, long element, uint stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(element);
        long block = element >> 3;
        return Block(key, Vector128.Create((uint)block, (uint)(block >> 32), stream, 0)).AsUInt16()[(int)(element & 7)];
    }

    private readonly struct Keys
    {
        public readonly Vector256<uint> Key0;
        public readonly Vector256<uint> Key1;

        public Keys(PhiloxKey key)
            : this(Vector256.Create((uint)key.Value), Vector256.Create((uint)(key.Value >> 32)))
        {
        }

        private Keys(Vector256<uint> key0, Vector256<uint> key1) => (Key0, Key1) = (key0, key1);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Keys Next() => new(Key0 + Vector256.Create(Weyl0), Key1 + Vector256.Create(Weyl1));
    }

    // Each lane works out one block. Only the low half of a lane counts until the end; in this order of blocks the unpack instructions, which work within
    // 128-bit halves, put the words in order.
    private readonly struct Lanes
    {
        private readonly Vector256<uint> _x0;
        private readonly Vector256<uint> _x1;
        private readonly Vector256<uint> _x2;
        private readonly Vector256<uint> _x3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Lanes(Vector256<uint> x0, Vector256<uint> x1, Vector256<uint> x2, Vector256<uint> x3) => (_x0, _x1, _x2, _x3) = (x0, x1, x2, x3);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Lanes Of(long firstBlock)
        {
            Vector256<ulong> blocks = (Vector256.Create(firstBlock) + Vector256.Create(0L, 2, 1, 3)).AsUInt64();
            return new Lanes(blocks.AsUInt32(), (blocks >>> 32).AsUInt32(), Vector256<uint>.Zero, Vector256<uint>.Zero);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lanes Next(Keys keys)
        {
            Vector256<ulong> product0 = Avx2.Multiply(_x0, Vector256.Create(Multiplier0));
            Vector256<ulong> product1 = Avx2.Multiply(_x2, Vector256.Create(Multiplier1));
            return new Lanes(
                (product1 >>> 32).AsUInt32() ^ (_x1 ^ keys.Key0), product1.AsUInt32(), (product0 >>> 32).AsUInt32() ^ (_x3 ^ keys.Key1), product0.AsUInt32());
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (Vector256<ulong> Lower, Vector256<ulong> Upper) Words()
        {
            Vector256<ulong> even = Join(_x0, _x1);
            Vector256<ulong> odd = Join(_x2, _x3);
            return (Avx2.UnpackLow(even, odd), Avx2.UnpackHigh(even, odd));
        }

        private static Vector256<ulong> Join(Vector256<uint> low, Vector256<uint> high) =>
            (low.AsUInt64() & Vector256.Create((ulong)uint.MaxValue)) | (high.AsUInt64() << 32);
    }
}
