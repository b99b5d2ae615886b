using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Tensors;

public class PhiloxTests
{
    // The known answers published with Random123 (kat_vectors, philox4x32 with 10 rounds).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0ul, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Blocks_are_the_published_known_answers(uint c0, uint c1, uint c2, uint c3, ulong key, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal(Vector128.Create(r0, r1, r2, r3), Philox4x32.Block(new PhiloxKey(key), Vector128.Create(c0, c1, c2, c3)));

    [Fact]
    public void Two_elements_share_a_block_low_words_first()
    {
        PhiloxKey key = new(0x299f31d0a4093822);
        const long Block = 0x3_0000_0005;
        Vector128<uint> words = Philox4x32.Block(key, Vector128.Create(5u, 3u, 0u, 0u));

        Assert.Equal(words[0] | ((ulong)words[1] << 32), Philox4x32.Bits(key, 2 * Block));
        Assert.Equal(words[2] | ((ulong)words[3] << 32), Philox4x32.Bits(key, (2 * Block) + 1));
    }

    [Fact]
    public void Eight_elements_at_once_are_the_eight_elements_one_by_one()
    {
        if (!Avx2.IsSupported)
        {
            return;
        }

        PhiloxKey key = new(0x0123456789ABCDEF);
        foreach (long first in new[] { 0L, 2, 6, 8, 0x1_FFFF_FFFE, long.MaxValue - 15 })
        {
            (Vector256<ulong> lower, Vector256<ulong> upper) = Philox4x32.Bits8(key, first);
            for (int i = 0; i < 8; i++)
            {
                Assert.Equal(Philox4x32.Bits(key, first + i), i < 4 ? lower[i] : upper[i - 4]);
            }
        }
    }

    [Fact]
    public void Eight_elements_share_the_two_blocks_of_their_words()
    {
        PhiloxKey key = new(0x0123456789ABCDEF);
        const long Block = 0x3_0000_0005;
        Vector128<ushort> upper = Philox4x32.Block(key, Vector128.Create(5u, 3u, 0u, 0u)).AsUInt16();
        Vector128<ushort> lower = Philox4x32.Block(key, Vector128.Create(5u, 3u, 1u, 0u)).AsUInt16();
        for (int half = 0; half < 8; half++)
        {
            Assert.Equal(((uint)upper[half] << 16) | lower[half], Philox4x32.Word(key, (8 * Block) + half));
        }
    }

    [Theory]
    [InlineData(0L, 1)]
    [InlineData(0L, 64)]
    [InlineData(8L, 200)]
    [InlineData(0x7_FFFF_FFE0L, 129)]
    public void Upper_halves_of_many_elements_are_those_of_each(long first, int count)
    {
        PhiloxKey key = new(0x299f31d0a4093822);
        ushort[] wide = new ushort[count];
        ushort[] scalar = new ushort[count];
        Philox4x32.UpperHalves(key, first, wide);
        Philox4x32.UpperHalvesScalar(key, first, scalar);
        Assert.Equal(scalar, wide);
        Assert.All(wide.Select((half, index) => (half, index)), pair => Assert.Equal(Philox4x32.Word(key, first + pair.index) >> 16, pair.half));
    }

    [Fact]
    public void Uniform_numbers_are_the_top_53_bits_and_below_one()
    {
        PhiloxKey key = new(99);
        double sum = 0;
        const int Count = 100_000;
        for (int i = 0; i < Count; i++)
        {
            double number = Philox4x32.Uniform(key, i);
            Assert.Equal(Math.ScaleB(Philox4x32.Bits(key, i) >> 11, -53), number);
            Assert.InRange(number, 0.0, 1.0 - Math.ScaleB(1, -53));
            sum += number;
        }

        // 5 standard deviations of the mean of uniform numbers, each sqrt(1/12).
        Assert.InRange(sum / Count, 0.5 - 5 / Math.Sqrt(12.0 * Count), 0.5 + 5 / Math.Sqrt(12.0 * Count));
    }

    // Worked out with Python's hashlib after the description at PhiloxKey.Create.
    [Theory]
    [InlineData(42ul, "modèle", "h.0.attn.weight", 0xbcbf97f554abd603ul)]
    [InlineData(0ul, "", "", 0xd59d71f7ff084737ul)]
    public void A_key_is_the_documented_hash(ulong seed, string model, string tensor, ulong expected) =>
        Assert.Equal(expected, PhiloxKey.Create(seed, model, tensor).Value);

    [Fact]
    public void Keys_differ_by_seed_and_by_where_the_model_ends_and_the_tensor_starts()
    {
        PhiloxKey[] keys =
        [
            PhiloxKey.Create(1, "ab", "c"), PhiloxKey.Create(1, "a", "bc"), PhiloxKey.Create(1, "", "abc"),
            PhiloxKey.Create(1, "abc", ""), PhiloxKey.Create(2, "ab", "c"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void A_negative_element_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox4x32.Bits(default, -1));
}
