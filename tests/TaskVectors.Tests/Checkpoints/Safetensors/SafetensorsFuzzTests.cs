using System.Buffers.Binary;
using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Tests.Checkpoints.Safetensors;

/// <summary>Mutates the golden files.</summary>
public class SafetensorsFuzzTests
{
    private const int LargestSeed = 4096;

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "-1", "0", "1e9", "4294967296",
        "18446744073709551615", "9223372036854775807", "\"__metadata__\":", "\"dtype\":\"F32\",", "\"shape\":[2],",
        "\"data_offsets\":[0,8]", "\"a\":{", "{}", "[[[[", "\0", "\ufeff", "é",
    ];

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

    private static void Fuzz(byte[][] seeds, Action<byte[], int> examine) => new Mutations(seeds, Tokens).ForEach((bytes, round) =>
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        examine(bytes, round);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 500_000 + (100L * bytes.Length), $"{allocated} bytes allocated for {bytes.Length}.");
    });

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
