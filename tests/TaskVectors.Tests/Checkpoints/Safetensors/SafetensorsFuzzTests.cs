using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

/// <summary>
/// Mutates the golden files. Runs for about a second, or for TASKVECTORS_FUZZ_SECONDS; each round is reproducible by its number.
/// </summary>
public class SafetensorsFuzzTests
{
    private const int LargestSeed = 4096;
    private static readonly double Seconds = double.Parse(
        Environment.GetEnvironmentVariable("TASKVECTORS_FUZZ_SECONDS") ?? "1", CultureInfo.InvariantCulture);

    private static readonly byte[][] Tokens = [.. new[]
    {
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "-1", "0", "1e9", "4294967296",
        "18446744073709551615", "9223372036854775807", "\"__metadata__\":", "\"dtype\":\"F32\",", "\"shape\":[2],",
        "\"data_offsets\":[0,8]", "\"a\":{", "{}", "[[[[", "\0", "\ufeff", "é",
    }.Select(Encoding.UTF8.GetBytes)];

    [Fact]
    public void Mutated_files_are_refused_or_valid_and_nothing_else()
    {
        byte[][] seeds = [.. Files("*.safetensors")];
        int accepted = 0;
        int refused = 0;
        Fuzz(seeds, (bytes, round) =>
        {
            FixLength(bytes, round);
            try
            {
                AssertTiles(Parse(bytes), bytes.Length);
                accepted++;
            }
            catch (SafetensorsException)
            {
                refused++;
            }
        });
        Assert.True(accepted > 0 && refused > 0, $"{accepted} accepted, {refused} refused: the mutations are too strong or too weak.");
    }

    [Fact]
    public void Mutated_indexes_are_refused_or_name_files_inside_the_folder()
    {
        byte[][] seeds = [.. Files("*.index.json")];
        int accepted = 0;
        Fuzz(seeds, (bytes, _) =>
        {
            try
            {
                var index = SafetensorsIndex.Parse(bytes, "index");
                accepted++;
                Assert.All(index.Shards, shard =>
                    Assert.StartsWith("/folder/", Path.GetFullPath(Path.Combine("/folder", shard)), StringComparison.Ordinal));
            }
            catch (SafetensorsException)
            {
                // A refusal is one of the two right answers.
            }
        });
        Assert.True(accepted > 0);
    }

    private static IEnumerable<byte[]> Files(string pattern) => Directory
        .EnumerateFiles(GoldenCase.Root, pattern, SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(File.ReadAllBytes)
        .Where(bytes => bytes.Length is > 8 and <= LargestSeed);

    private static void Fuzz(byte[][] seeds, Action<byte[], int> examine)
    {
        var clock = Stopwatch.StartNew();
        for (int round = 0; clock.Elapsed.TotalSeconds < Seconds; round++)
        {
            byte[] bytes = Mutate(seeds, new Random(round));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                examine(bytes, round);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Round {round}: {Convert.ToHexString(bytes)}", e);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 500_000 + 100L * bytes.Length, $"Round {round}: {allocated} bytes allocated for {bytes.Length}.");
        }
    }

    private static byte[] Mutate(byte[][] seeds, Random random)
    {
        var bytes = seeds[random.Next(seeds.Length)].ToList();
        for (int i = random.Next(1, 5); i > 0; i--)
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
                    bytes.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>In most rounds the length is made to end the header at its last brace, so that mutations reach the JSON.</summary>
    private static void FixLength(byte[] bytes, int round)
    {
        int end = bytes.AsSpan().LastIndexOf((byte)'}');
        if (round % 4 != 0 && end >= 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, end + 1 - 8);
        }
    }

    private static SafetensorsHeader Parse(byte[] bytes)
    {
        int length = SafetensorsHeader.ReadLength(bytes.AsSpan(0, Math.Min(64, bytes.Length)), bytes.Length, "file");
        return SafetensorsHeader.Parse(bytes.AsSpan(8, length), bytes.Length, "file");
    }

    private static void AssertTiles(SafetensorsHeader header, long fileLength)
    {
        long offset = header.DataStart;
        foreach (var (tensor, placed) in header.Tensors)
        {
            Assert.Equal(offset, placed);
            offset += tensor.ByteCount;
        }

        Assert.Equal(fileLength, offset);
    }
}
