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
    /// <summary>Writes a folder, which is created; an adapter that is there is replaced.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tensors">The changes; names are distinct.</param>
    /// <param name="baseName">The name of the base for <c>base_model_name_or_path</c>, or <see langword="null"/>.</param>
    /// <param name="dtype">The dtype of the factors; each value is rounded once.</param>
    /// <param name="saved">
    /// Full copies of tensors of other modules, whose modules are listed in <c>modules_to_save</c>; none where absent.
    /// </param>
    /// <param name="metadata">Metadata of the weights' file beside <c>format</c>; none where absent.</param>
    /// <exception cref="LoraException">A tensor cannot be part of an adapter, or none is left.</exception>
    /// <exception cref="ArgumentException">The dtype takes no part in arithmetic.</exception>
    /// <exception cref="StorageException">Writing failed.</exception>
    public static void Write(
        string folder,
        IEnumerable<LowRankTensor> tensors,
        string? baseName = null,
        DType dtype = DType.F32,
        IReadOnlyList<SavedTensor>? saved = null,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        LowRankTensor[] written = [.. tensors.Where(tensor => tensor.Factors.Rank > 0)];
        AdapterModule[] modules = [.. written.Select(tensor => Require(folder, tensor))];
        RequireLoadable(folder, modules);
        SavedTensor[] copies = [.. saved ?? []];
        byte[] config = LoraConfigWriter.Encode(modules, SavedModules(folder, modules, copies), baseName);
        WriteFiles(
            Path.GetFullPath(folder),
            [
                .. modules.Zip(written, (module, tensor) => Factors(module, tensor.Factors, dtype)).SelectMany(pair => pair),
                .. copies.Select(copy => (copy.Tensor with { Name = LoraConstants.NamePrefix + copy.Tensor.Name }, copy.Values)),
            ],
            config,
            WeightsMetadata(metadata));
    }

    /// <summary>What PEFT wants the metadata of a file of weights to say, with further entries.</summary>
    internal static Dictionary<string, string> WeightsMetadata(IReadOnlyDictionary<string, string>? metadata) =>
        new(metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["format"] = "pt" };

    /// <summary>Requires that PEFT can load these modules together: there are some, and one <c>fan_in_fan_out</c> holds for all.</summary>
    /// <exception cref="LoraException">It cannot.</exception>
    internal static void RequireLoadable(string folder, IReadOnlyList<AdapterModule> modules)
    {
        if (modules.Count == 0)
        {
            throw new LoraException(LoraError.NoTensors, folder, "every tensor is zero, and an adapter without tensors cannot be loaded.");
        }

        if (FindMixed(modules) is { } transposed)
        {
            throw Unwritable(
                folder,
                transposed.Name,
                "it is transposed and other linear modules are not, and PEFT has one fan_in_fan_out for all. Write two adapters");
        }
    }

    /// <summary>A transposed module beside others that are not, which one adapter cannot hold; <see langword="null"/> where there is none.</summary>
    internal static AdapterModule? FindMixed(IReadOnlyList<AdapterModule> modules) =>
        modules.Any(module => module.Kind == LoraLayerKind.Linear)
            ? modules.FirstOrDefault(module => module.Kind == LoraLayerKind.TransposedLinear)
            : null;

    private static AdapterModule Require(string folder, LowRankTensor tensor)
    {
        AdapterModule module = AdapterModule.Of(tensor);
        LowRankFactors factors = tensor.Factors;
        if (module.Obstacle is { } obstacle)
        {
            throw Unwritable(folder, tensor.Name, $"{obstacle}. Leave it out");
        }

        return module.Shape[0] == factors.Rows && module.Shape.ElementCount == (long)factors.Rows * factors.Columns
            ? module
            : throw Unwritable(folder, tensor.Name, $"its shape {module.Shape} does not fit factors of [{factors.Rows}, {factors.Columns}]");
    }

    private static string[] SavedModules(string folder, AdapterModule[] modules, SavedTensor[] saved)
    {
        var adapted = modules.Select(module => module.Module).ToHashSet(StringComparer.Ordinal);
        foreach (SavedTensor copy in saved)
        {
            string module = ModuleOf(copy.Tensor.Name);
            if (module.Length == 0 || adapted.Contains(module))
            {
                throw Unwritable(folder, copy.Tensor.Name, "a full copy is one of a module that has no factors. Leave it out");
            }
        }

        return [.. saved.Select(copy => ModuleOf(copy.Tensor.Name)).Distinct()];
    }

    private static string ModuleOf(string tensor) => tensor[..Math.Max(0, tensor.LastIndexOf('.'))];

    private static (TensorInfo Tensor, ReadOnlyMemory<byte> Values)[] Factors(AdapterModule module, LowRankFactors factors, DType dtype)
    {
        LowRankFactors oriented = module.Oriented(factors);
        return [(module.TensorOfA(dtype), Encode(oriented.A, dtype)), (module.TensorOfB(dtype), Encode(oriented.B, dtype))];
    }

    private static byte[] Encode(ReadOnlySpan<double> values, DType dtype)
    {
        byte[] encoded = new byte[values.Length * dtype.BitSize() / 8];
        _ = TensorConverter.Encode(dtype, values, encoded);
        return encoded;
    }

    private static void WriteFiles(
        string path, (TensorInfo Tensor, ReadOnlyMemory<byte> Values)[] weights, byte[] config, Dictionary<string, string> metadata)
    {
        try
        {
            _ = Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, $"{path} cannot be written: {e.Message}", e);
        }

        SafetensorsFile.Write(Path.Combine(path, LoraConstants.WeightsFile), weights, metadata);
        PartialFile.Write(Path.Combine(path, LoraConstants.ConfigFile), config);
    }

    private static LoraException Unwritable(string folder, string tensor, string reason) =>
        new(LoraError.UnwritableTensor, folder, $"{QuotedName.Of(tensor)} cannot be written to an adapter: {reason}.", tensor);
}
