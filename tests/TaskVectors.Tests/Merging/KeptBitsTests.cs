using TaskVectors.Merging.Trimming;
using TaskVectors.Tensors.Kernels;

namespace TaskVectors.Tests.Merging;

public class KeptBitsTests
{
    [Fact]
    public void Elements_that_were_zero_are_cleared_wherever_a_part_begins()
    {
        var random = new Random(3);
        foreach (int[] lengths in new int[][] { [1], [64], [63, 65, 2], [910, 910, 7], [1024, 1024], [5, 128, 130, 1] })
        {
            double[][] parts = [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => Value(random)).ToArray())];
            using var bits = new KeptBits(1);
            Array.ForEach(parts, part => bits.Append(part));
            double[] all = [.. parts.SelectMany(part => part)];
            Assert.Equal(all.Length, bits.Count);
            for (int round = 0; round < 30; round++)
            {
                int start = random.Next(all.Length);
                int count = 1 + random.Next(all.Length - start);
                double[] values = [.. Enumerable.Repeat(1.5, count)];
                bits.Scale(values, start, 2.0);
                Assert.Equal(all.Skip(start).Take(count).Select(value => value != 0 ? 3.0 : 0), values);
            }
        }
    }

    [Fact]
    public void Appended_words_are_the_bits_of_the_elements_wherever_they_begin()
    {
        var random = new Random(5);
        foreach (int[] lengths in new int[][] { [1], [64], [63, 65, 2], [910, 910, 7], [5, 128, 130, 1] })
        {
            double[][] parts = [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => (double)random.Next(2)).ToArray())];
            using var bits = new KeptBits(1);
            foreach (double[] part in parts)
            {
                // What stands behind the last bit means nothing.
                ulong[] words = [.. part.Chunk(64).Select(group => KeptBits.PackScalar<double>(group) | (group.Length < 64 ? ulong.MaxValue << group.Length : 0))];
                bits.Append(words, part.Length);
            }

            double[] values = [.. Enumerable.Repeat(1.0, lengths.Sum())];
            bits.Scale(values, 0, 1.0);
            Assert.Equal(parts.SelectMany(part => part), values);
            using var twice = new KeptBits(3);
            twice.Append(bits);
            twice.Append(bits);
            values.AsSpan().Fill(1.0);
            twice.Scale(values, lengths.Sum(), 1.0);
            Assert.Equal(parts.SelectMany(part => part), values);
        }
    }

    [Fact]
    public void Sums_are_those_of_all_and_of_what_is_kept_in_both_precisions()
    {
        var random = new Random(6);
        foreach (int length in new[] { 1, 7, 8, 63, 64, 65, 128, 1000 })
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
            ulong[] words = [.. Enumerable.Range(0, (length / 64) + 1).Select(_ => (ulong)random.NextInt64())];
            double[] all = new double[FixedOrderSum.Lanes];
            double[] kept = new double[FixedOrderSum.Lanes];
            KeptSums.AddScalar<float>(values, words, all, kept);
            (double, double) expected = (FixedOrderSum.Reduce(all), FixedOrderSum.Reduce(kept));
            Assert.Equal(expected, KeptSums.Of<float>(values, words));
            Assert.Equal(expected, KeptSums.Of<double>(values.Select(value => (double)value).ToArray(), words));

            // Magnitudes below 1/2 with 24 bits: sums of a thousand are exact in F64.
            Assert.Equal(values.Sum(value => Math.Abs((double)value)), expected.Item1);
            Assert.Equal(values.Where((_, index) => (words[index / 64] >> (index % 64) & 1) != 0).Sum(value => Math.Abs((double)value)), expected.Item2);
        }
    }

    [Fact]
    public void Words_are_the_same_one_by_one()
    {
        var random = new Random(4);
        for (int round = 0; round < 50; round++)
        {
            double[] values = [.. Enumerable.Range(0, 64).Select(_ => Value(random))];
            ulong word = KeptBits.PackScalar(values);
            Assert.Equal(word, KeptBits.Pack(values));
            double[] vector = [.. Enumerable.Range(1, 64).Select(value => (double)value)];
            double[] scalar = [.. vector];
            KeptBits.Scale(vector, word, 0.7);
            KeptBits.ScaleScalar(scalar, word, 0.7);
            Assert.Equal(scalar, vector);
        }
    }

    private static double Value(Random random) => random.Next(5) switch
    {
        0 => 0.0,
        1 => -0.0,
        2 => double.NaN,
        3 => double.Epsilon,
        _ => -2,
    };
}
