using TaskVectors.Merging.Trimming;

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
            var bits = new KeptBits();
            Array.ForEach(parts, part => bits.Append(part));
            double[] all = [.. parts.SelectMany(part => part)];
            Assert.Equal(all.Length, bits.Count);
            for (int round = 0; round < 30; round++)
            {
                int start = random.Next(all.Length);
                int count = 1 + random.Next(all.Length - start);
                double[] values = [.. Enumerable.Repeat(1.5, count)];
                bits.Clear(values, start);
                Assert.Equal(all.Skip(start).Take(count).Select(value => value != 0 ? 1.5 : 0), values);
            }
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
            KeptBits.Clear(vector, word);
            KeptBits.ClearScalar(scalar, word);
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
