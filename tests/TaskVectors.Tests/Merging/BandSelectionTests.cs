using System.Numerics;
using TaskVectors.Merging.Selection;

namespace TaskVectors.Tests.Merging;

/// <summary>Bands of ranks of one run, against a stable sort of it.</summary>
public class BandSelectionTests
{
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(3, 8, 1)]
    [InlineData(37, 2, 0)]
    [InlineData(64, 6, 3)]
    [InlineData(65, 7, 3)]
    [InlineData(500, 5, 1)]
    [InlineData(2048, 3, 0)]
    [InlineData(2048, 4, 6)]
    [InlineData(5000, 9, 0)]
    public void A_band_holds_what_a_stable_sort_puts_there(int length, int seed, int grid)
    {
        // Rounded to a grid, many magnitudes are equal; the powers spread them over more octaves than there are bins for.
        double[] run = [.. TestModel.Numbers(seed, length).Select((value, index) => (grid > 0 ? Math.Round(value * grid) / grid : value) * Math.Pow(2, -(index % 7 * 11)))];
        RequireBands(run);
        RequireBands(Array.ConvertAll(run, value => (float)value));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    public void Zeros_infinities_and_NaN_have_ranks_too(int length)
    {
        double[] special = [0, -0.0, double.NaN, double.NegativeInfinity, double.Epsilon, 1, -1, 0, double.MaxValue, double.NaN];
        RequireBands<double>([.. Enumerable.Range(0, length).Select(index => special[index % special.Length])]);
        RequireBands<double>(new double[length]);
        RequireBands<float>([.. Enumerable.Repeat(-1f, length)]);
    }

    [Fact]
    public void Room_for_a_long_run_does_for_short_ones()
    {
        var selection = new BandSelection(1000);
        foreach (int length in new[] { 1000, 70, 5 })
        {
            RequireBands(TestModel.Numbers(length, length), selection);
        }
    }

    [Fact]
    public void Bits_of_a_band_are_those_of_their_twin()
    {
        double[] doubles = TestModel.Numbers(11, 64);
        float[] singles = Array.ConvertAll(doubles, value => (float)value);
        RequireBits<double>(doubles, MagnitudeCut.PatternOf(0.25), MagnitudeCut.PatternOf(0.75));
        RequireBits<double>(doubles, -1, long.MaxValue);
        RequireBits<float>(singles, MagnitudeCut.PatternOf(0.25f), MagnitudeCut.PatternOf(0.75f));
        RequireBits<float>(singles, -1, long.MaxValue);
    }

    private static void RequireBits<T>(ReadOnlySpan<T> run, long lower, long upper)
        where T : unmanaged
    {
        ulong[] words = new ulong[1];
        BandSelection.Mark(run, lower, upper, words);
        Assert.Equal(BandSelection.MarkScalar(run, lower, upper), words[0]);
    }

    private static void RequireBands<T>(T[] run, BandSelection? room = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] order = [.. Enumerable.Range(0, run.Length).OrderByDescending(index => MagnitudeCut.PatternOf(run[index]))];
        BandSelection selection = room ?? new BandSelection(run.Length);
        int[] ends = [0, 1, run.Length / 3, run.Length / 2, run.Length - 1, run.Length];
        foreach ((int dropped, int end) in ends.SelectMany(dropped => ends.Where(end => end >= dropped).Select(end => (dropped, end))))
        {
            ulong[] words = selection.Keep<T>(run, dropped, end - dropped).ToArray();

            // Whether a zero is kept means nothing.
            Assert.Equal(
                order[dropped..end].Where(index => run[index] != T.Zero).Order(),
                Enumerable.Range(0, run.Length).Where(index => (words[index / 64] >> (index % 64) & 1) != 0 && run[index] != T.Zero));
        }
    }
}
