using System.Diagnostics;
using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.LinearAlgebra;
using TaskVectors.Models;
using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>A Llama of 1.1 billion BF16 weights, kept as stored or widened when loaded: memory, a forward pass of 64 tokens, one token at a time.</summary>
internal sealed class StorageBenchmark(string folder, int threads, LinearAlgebraChoice choice)
{
    private const int Width = 2048;
    private const int Inner = 5632;
    private const int Layers = 22;
    private const int Keys = 256;
    private const int Vocabulary = 32000;
    private const int Tokens = 64;
    private const int Generated = 8;

    private string Folder => Path.Combine(folder, "llama-1b");

    /// <summary>Writes the checkpoint: one random block, of which every tensor takes the beginning.</summary>
    public void Write()
    {
        if (File.Exists(Path.Combine(Folder, "model.safetensors")))
        {
            return;
        }

        _ = Directory.CreateDirectory(Folder);
        Random random = new(1);
        float[] values = new float[Vocabulary * Width];
        foreach (ref float value in values.AsSpan())
        {
            value = (random.NextSingle() - 0.5f) * 0.06f;
        }

        byte[] block = new byte[values.Length * 2];
        byte[] ones = new byte[Width * 2];
        _ = TensorConverter.Encode(DType.BF16, values.AsSpan(), block);
        _ = TensorConverter.Encode(DType.BF16, Enumerable.Repeat(1f, Width).ToArray().AsSpan(), ones);
        SafetensorsFile.Write(Path.Combine(Folder, "model.safetensors"), Tensors().Select(tensor => (
            new TensorInfo(tensor.Name, DType.BF16, new TensorShape(tensor.Shape)),
            (ReadOnlyMemory<byte>)(tensor.Shape.Length == 1 ? ones : block.AsMemory(0, (int)(2 * tensor.Shape[0] * tensor.Shape[1]))))));
        File.WriteAllText(Path.Combine(Folder, "config.json"), $$"""
            {"architectures": ["LlamaForCausalLM"], "hidden_size": {{Width}}, "num_hidden_layers": {{Layers}}, "num_attention_heads": 32, "num_key_value_heads": 4,
             "intermediate_size": {{Inner}}, "vocab_size": {{Vocabulary}}, "max_position_embeddings": 2048, "tie_word_embeddings": false}
            """);
    }

    public void Run(bool keepsStored)
    {
        using ComputeContext context = new(new ComputeOptions { Threads = threads, LinearAlgebra = choice });
        long start = Stopwatch.GetTimestamp();
        using var model = (CausalLanguageModel)ModelLoader.Load(Checkpoint.Open(Folder), context, new ModelLoadOptions { KeepsStoredWeights = keepsStored });
        double loading = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using IDisposable mode = context.BeginInference();
        IndexTensor ids = new([.. Enumerable.Range(0, Tokens).Select(i => i * 7919 % Vocabulary)], 1, Tokens);
        double sum = 0;
        double forward = Time(context, () => sum = model.Run(new ModelInputs { InputIds = ids, Labels = ids }).Loss!.Item());
        using KeyValueCache cache = model.CreateCache(1, Tokens + Generated + 2);
        using (context.BeginScope())
        {
            _ = model.NextTokenLogits(ids, null, null, cache);
        }

        double token = Time(context, () => _ = model.NextTokenLogits(new IndexTensor([1], 1, 1), null, null, cache), Generated);
        long stored = new FileInfo(Path.Combine(Folder, "model.safetensors")).Length;
        long peak = PeakMemory.OfThisProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(keepsStored ? "BF16 kept" : "widened")}: loaded in {loading:F1} s, {Tokens} tokens {forward:F0} ms, one more token {token:F0} ms, peak RSS {peak >> 20} MiB = {(double)peak / stored:F2} of the BF16 size, loss {sum:G7}"));
    }

    private static IEnumerable<(string Name, long[] Shape)> Tensors()
    {
        yield return ("model.embed_tokens.weight", [Vocabulary, Width]);
        yield return ("lm_head.weight", [Vocabulary, Width]);
        yield return ("model.norm.weight", [Width]);
        for (int i = 0; i < Layers; i++)
        {
            string layer = $"model.layers.{i}.";
            yield return (layer + "input_layernorm.weight", [Width]);
            yield return (layer + "post_attention_layernorm.weight", [Width]);
            yield return (layer + "self_attn.q_proj.weight", [Width, Width]);
            yield return (layer + "self_attn.k_proj.weight", [Keys, Width]);
            yield return (layer + "self_attn.v_proj.weight", [Keys, Width]);
            yield return (layer + "self_attn.o_proj.weight", [Width, Width]);
            yield return (layer + "mlp.gate_proj.weight", [Inner, Width]);
            yield return (layer + "mlp.up_proj.weight", [Inner, Width]);
            yield return (layer + "mlp.down_proj.weight", [Width, Inner]);
        }
    }

    /// <summary>The least of a few runs after one that is not counted, in milliseconds.</summary>
    private static double Time(ComputeContext context, Action action, int runs = 3)
    {
        double least = double.PositiveInfinity;
        for (int run = 0; run <= runs; run++)
        {
            using TensorScope scope = context.BeginScope();
            long start = Stopwatch.GetTimestamp();
            action();
            least = run == 0 ? least : Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return least;
    }
}
