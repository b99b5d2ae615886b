using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>Writes low-rank task vectors as an adapter folder that PEFT loads.</summary>
/// <remarks>
/// Each module keeps its own scale: alpha = s r, in <c>alpha_pattern</c> where it differs from the most frequent, and likewise
/// <c>rank_pattern</c>. Tensors of rank 0 are zero and left out.
/// </remarks>
public static class LoraWriter
{
    private const string WeightEnding = ".weight";

    /// <summary>Writes a folder, which is created; an adapter that is there is replaced.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tensors">The changes; names are distinct.</param>
    /// <param name="baseName">The name of the base for <c>base_model_name_or_path</c>, or <see langword="null"/>.</param>
    /// <param name="dtype">The dtype of the factors; each value is rounded once.</param>
    /// <exception cref="LoraException">A tensor cannot be part of an adapter, or none is left.</exception>
    /// <exception cref="ArgumentException">The dtype takes no part in arithmetic.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public static void Write(string folder, IEnumerable<LowRankTensor> tensors, string? baseName = null, DType dtype = DType.F32)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        LowRankTensor[] written = [.. tensors.Where(tensor => tensor.Factors.Rank > 0)];
        foreach (LowRankTensor tensor in written)
        {
            ThrowIfUnwritable(folder, tensor);
        }

        ThrowIfMixed(folder, written);
        byte[] config = Config(written, baseName);
        string path = Path.GetFullPath(folder);
        try
        {
            _ = Directory.CreateDirectory(path);
            SafetensorsFile.Write(
                Path.Combine(path, LoraConstants.WeightsFile),
                written.SelectMany(tensor => Factors(tensor, dtype)),
                new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
            string partial = Path.Combine(path, $".{LoraConstants.ConfigFile}.{Guid.NewGuid():N}.partial");
            File.WriteAllBytes(partial, config);
            File.Move(partial, Path.Combine(path, LoraConstants.ConfigFile), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, $"{path} cannot be written: {e.Message}", e);
        }
    }

    private static void ThrowIfUnwritable(string folder, LowRankTensor tensor)
    {
        if (!tensor.Name.EndsWith(WeightEnding, StringComparison.Ordinal) || tensor.Name.Length == WeightEnding.Length)
        {
            throw Unwritable(folder, tensor, "an adapter changes weights of modules, whose names end in '.weight'. Leave it out");
        }

        LowRankFactors factors = tensor.Factors;
        bool isKernel = tensor.Shape is { Rank: > 2 };
        bool fits = tensor.Shape is not { } shape
            || (shape.Rank >= 2 && shape[0] == factors.Rows && shape.ElementCount == (long)factors.Rows * factors.Columns);
        if (!fits || isKernel != (tensor.Kind == LoraLayerKind.Convolution))
        {
            throw Unwritable(
                folder,
                tensor,
                $"its shape {tensor.Shape} and kind {tensor.Kind} do not fit factors of [{factors.Rows}, {factors.Columns}]");
        }

        if (!double.IsFinite(factors.Scale * factors.Rank))
        {
            throw Unwritable(folder, tensor, "its scale is too large");
        }
    }

    // fan_in_fan_out holds for all linear modules of an adapter.
    private static void ThrowIfMixed(string folder, LowRankTensor[] tensors)
    {
        if (tensors.Length == 0)
        {
            throw new LoraException(LoraError.NoTensors, folder, "every tensor is zero, and an adapter without tensors cannot be loaded.");
        }

        if (tensors.FirstOrDefault(tensor => tensor.Kind == LoraLayerKind.TransposedLinear) is { } transposed
            && tensors.Any(tensor => tensor.Kind == LoraLayerKind.Linear))
        {
            throw Unwritable(folder, transposed, "it is transposed and other linear modules are not, and PEFT has one fan_in_fan_out for all. Write two adapters");
        }
    }

    private static IEnumerable<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> Factors(LowRankTensor tensor, DType dtype)
    {
        bool isTransposed = tensor.Kind is LoraLayerKind.TransposedLinear or LoraLayerKind.Embedding;
        LowRankFactors factors = isTransposed ? tensor.Factors.Transpose() : tensor.Factors;
        string module = LoraConstants.NamePrefix + ModuleOf(tensor);
        (string a, string b) = tensor.Kind == LoraLayerKind.Embedding
            ? (module + ".lora_embedding_A", module + ".lora_embedding_B")
            : (module + ".lora_A.weight", module + ".lora_B.weight");
        bool isKernel = tensor.Kind == LoraLayerKind.Convolution;
        ReadOnlySpan<long> kernel = isKernel ? tensor.Shape!.Value.Dimensions[1..] : [factors.Columns];
        TensorShape shapeOfA = new([factors.Rank, .. kernel]);
        TensorShape shapeOfB = new([factors.Rows, factors.Rank, .. Enumerable.Repeat(1L, isKernel ? kernel.Length - 1 : 0)]);
        return [(new TensorInfo(a, dtype, shapeOfA), Encode(factors.A, dtype)), (new TensorInfo(b, dtype, shapeOfB), Encode(factors.B, dtype))];
    }

    private static byte[] Encode(ReadOnlySpan<double> values, DType dtype)
    {
        byte[] encoded = new byte[values.Length * dtype.BitSize() / 8];
        _ = TensorConverter.Encode(dtype, values, encoded);
        return encoded;
    }

    private static byte[] Config(LowRankTensor[] tensors, string? baseName)
    {
        int rank = MostFrequent(tensors.Select(tensor => tensor.Factors.Rank));
        double alpha = MostFrequent(tensors.Select(Alpha));
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WritePatterns(json, "alpha_pattern", tensors, Alpha, alpha);
            json.WriteString("base_model_name_or_path", baseName);
            json.WriteString("bias", "none");
            json.WriteBoolean("fan_in_fan_out", tensors.Any(tensor => tensor.Kind == LoraLayerKind.TransposedLinear));
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNumber("lora_alpha", alpha);
            json.WriteNumber("lora_dropout", 0);
            json.WriteNull("modules_to_save");
            json.WriteString("peft_type", LoraConstants.PeftType);
            json.WriteNumber("r", rank);
            WritePatterns(json, "rank_pattern", tensors, tensor => tensor.Factors.Rank, rank);
            json.WriteStartArray("target_modules");
            foreach (LowRankTensor tensor in tensors)
            {
                json.WriteStringValue(ModuleOf(tensor));
            }

            json.WriteEndArray();
            json.WriteNull("task_type");
            json.WriteBoolean("use_dora", false);
            json.WriteBoolean("use_rslora", false);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    // A pattern matches the end of a name: with every module listed, longest first, each finds its own.
    private static void WritePatterns(Utf8JsonWriter json, string field, LowRankTensor[] tensors, Func<LowRankTensor, double> value, double common)
    {
        json.WriteStartObject(field);
        if (tensors.Any(tensor => value(tensor) != common))
        {
            foreach (LowRankTensor tensor in tensors.OrderByDescending(tensor => tensor.Name.Length).ThenBy(tensor => tensor.Name, StringComparer.Ordinal))
            {
                json.WriteNumber(PatternOf(ModuleOf(tensor)), value(tensor));
            }
        }

        json.WriteEndObject();
    }

    // Old versions of PEFT look names up as they are before they match, and dots match dots: they are left unescaped.
    private static string PatternOf(string module) => Regex.Escape(module).Replace("\\.", ".", StringComparison.Ordinal);

    private static double Alpha(LowRankTensor tensor) => tensor.Factors.Scale * tensor.Factors.Rank;

    private static T MostFrequent<T>(IEnumerable<T> values)
        where T : notnull =>
        values.CountBy(value => value).MaxBy(count => count.Value).Key;

    private static string ModuleOf(LowRankTensor tensor) => tensor.Name[..^WeightEnding.Length];

    private static LoraException Unwritable(string folder, LowRankTensor tensor, string reason) =>
        new(LoraError.UnwritableTensor, folder, $"{QuotedName.Of(tensor.Name)} cannot be written to an adapter: {reason}.", tensor.Name);
}
