using System.Runtime.InteropServices;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Merge;

/// <summary>A sharded model of seeded random weights: nothing in it compresses, and its tensors have the sizes of a transformer's.</summary>
internal static class SyntheticModel
{
    private const int Hidden = 2048;
    private const int Shards = 4;

    public static void Write(string folder, long bytes, DType dtype, int seed)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        string partial = folder + ".making";
        _ = Directory.CreateDirectory(partial);
        IReadOnlyList<SafetensorsFileLayout> files = SafetensorsLayout.Plan(Tensors(bytes, dtype), new Dictionary<string, string> { ["format"] = "pt" }, (bytes / Shards) + (bytes / 50));
        var random = new Random(seed);
        foreach (SafetensorsFileLayout file in files)
        {
            using FileStream stream = File.Create(Path.Combine(partial, file.FileName));
            stream.Write(file.Header.Span);
            foreach (PlacedTensor placed in file.Tensors)
            {
                WriteValues(stream, placed.Tensor, random);
            }
        }

        if (files.Count > 1)
        {
            File.WriteAllBytes(Path.Combine(partial, "model.safetensors.index.json"), SafetensorsIndex.Encode(files));
        }

        File.WriteAllText(Path.Combine(partial, "config.json"), "{\"model_type\": \"synthetic\"}\n");
        Directory.Move(partial, folder);
    }

    private static List<TensorInfo> Tensors(long bytes, DType dtype)
    {
        var tensors = new List<TensorInfo> { new("model.norm.weight", dtype, new TensorShape(Hidden)) };
        long left = bytes - tensors[0].ByteCount;
        for (int layer = 0; left > 0; layer++)
        {
            foreach ((string name, long rows) in new[] { ("attn.qkv", 3L * Hidden), ("attn.out", Hidden), ("mlp.up", 4L * Hidden), ("mlp.down", 4L * Hidden), ("norm", 1L) })
            {
                long fitting = Math.Min(rows, left * 8 / dtype.BitSize() / Hidden);
                if (fitting == 0)
                {
                    return tensors;
                }

                tensors.Add(new TensorInfo($"model.layers.{layer}.{name}.weight", dtype, new TensorShape(fitting, Hidden)));
                left -= tensors[^1].ByteCount;
            }
        }

        return tensors;
    }

    // Uniform in +-0.05, which spreads over many exponents: random bits below the sign and above the noise of a real model.
    private static void WriteValues(FileStream stream, TensorInfo tensor, Random random)
    {
        const int Piece = 1 << 16;
        uint[] bits = new uint[Piece];
        float[] values = new float[Piece];
        byte[] encoded = new byte[Piece * tensor.DType.BitSize() / 8];
        for (long done = 0; done < tensor.ElementCount; done += Piece)
        {
            int count = (int)Math.Min(Piece, tensor.ElementCount - done);
            random.NextBytes(MemoryMarshal.AsBytes(bits.AsSpan(0, count)));
            for (int index = 0; index < count; index++)
            {
                values[index] = (int)bits[index] * (0.05f / int.MaxValue);
            }

            Span<byte> bytes = encoded.AsSpan(0, count * tensor.DType.BitSize() / 8);
            _ = TensorConverter.Encode(tensor.DType, values.AsSpan(0, count), bytes);
            stream.Write(bytes);
        }
    }
}
