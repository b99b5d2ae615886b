using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TaskVectors.Tests;

/// <summary>
/// Small damage to files that are right, over and over: for about a second, or for TASKVECTORS_FUZZ_SECONDS. Each round is reproducible by its number.
/// </summary>
/// <param name="seeds">The files.</param>
/// <param name="tokens">What is inserted now and then.</param>
internal sealed class Mutations(IEnumerable<byte[]> seeds, params string[] tokens)
{
    private static readonly double Seconds = double.Parse(Environment.GetEnvironmentVariable("TASKVECTORS_FUZZ_SECONDS") ?? "1", CultureInfo.InvariantCulture);

    private readonly byte[][] _seeds = [.. seeds];
    private readonly byte[][] _tokens = [.. tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Looks at one damaged file after the other, with the number of the round; a failure names the file.</summary>
    public void ForEach(Action<byte[], int> examine)
    {
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < 20 || clock.Elapsed.TotalSeconds < Seconds; round++)
        {
            byte[] bytes = Mutate(new Random((int)((uint)round * 2654435761)));
            try
            {
                examine(bytes, round);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Round {round}: {(bytes.Contains((byte)0) ? Convert.ToHexString(bytes) : Encoding.UTF8.GetString(bytes))}", e);
            }
        }
    }

    /// <summary>Counts how many damaged files are taken and how many are refused with an error of the library; any other error fails the test.</summary>
    public void RequireAnswers(Action<byte[]> read)
    {
        int accepted = 0;
        int refused = 0;
        ForEach((bytes, _) =>
        {
            try
            {
                read(bytes);
                accepted++;
            }
            catch (TaskVectorsException error)
            {
                Assert.NotEmpty(error.Message);
                refused++;
            }
        });
        Assert.True(accepted > 0 && refused > 0, $"{accepted} accepted, {refused} refused: the damage is too strong or too weak.");
    }

    private byte[] Mutate(Random random)
    {
        var bytes = _seeds[random.Next(_seeds.Length)].ToList();
        do
        {
            int at = random.Next(bytes.Count + 1);
            int count = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when count > 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when count > 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, count));
                    break;
                case 4 when count > 0 && bytes[at] is >= (byte)'0' and <= (byte)'9':
                    bytes[at] = (byte)random.Next('0', '9' + 1);
                    break;
                default:
                    bytes.InsertRange(at, _tokens.Length > 0 ? _tokens[random.Next(_tokens.Length)] : bytes.GetRange(at, count));
                    break;
            }
        }
        while (random.Next(2) == 0);

        return [.. bytes];
    }
}
