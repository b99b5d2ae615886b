using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Outputs;

/// <summary>Finds and copies what a model folder holds besides weights: configuration, tokenizer, licence.</summary>
internal static class CompanionFiles
{
    private const int MaximumDepth = 3;

    private static readonly string[] WeightExtensions =
        [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".onnx", ".onnx_data", ".h5", ".msgpack", ".npz", ".tflite", ".ot"];

    private static readonly string[] DTypeKeys = ["dtype", "torch_dtype"];

    /// <summary>
    /// The files to take along from a base folder. The model card is left out, as it describes the base; so are hidden files, and
    /// subfolders that hold weights, which are other models.
    /// </summary>
    public static IReadOnlyList<CompanionFile> Find(string basePath) =>
        Directory.Exists(basePath) ? ListOf(basePath) : [];

    private static IReadOnlyList<CompanionFile> ListOf(string basePath)
    {
        try
        {
            return [.. FilesOf(new DirectoryInfo(basePath), string.Empty, 0)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(basePath, $"The files of '{basePath}' that go along with the weights cannot be listed: {error.Message}", error);
        }
    }

    /// <summary>Copies a file; in <c>config.json</c> the dtype of the weights is brought up to date.</summary>
    public static void Copy(CompanionFile file, string folder, DType? outputDType)
    {
        string destination = Path.Combine(folder, file.RelativePath);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        if (file.Content is { } content)
        {
            File.WriteAllBytes(destination, content.Span);
            return;
        }

        if (file.RelativePath == "config.json" && outputDType is { } dtype && WithDType(File.ReadAllBytes(file.Source), dtype) is { } config)
        {
            File.WriteAllText(destination, config);
            return;
        }

        // Pipes and devices report no length, and reading one waits for its writer.
        if (file.Length == 0)
        {
            File.WriteAllBytes(destination, []);
            return;
        }

        File.Copy(file.Source, destination, overwrite: true);
        File.SetAttributes(destination, FileAttributes.Normal);
    }

    private static IEnumerable<CompanionFile> FilesOf(DirectoryInfo folder, string prefix, int depth)
    {
        foreach (FileInfo file in folder.EnumerateFiles().Where(IsCompanion).OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            yield return new CompanionFile(file.FullName, prefix + file.Name, TargetOf(file).Length);
        }

        if (depth == MaximumDepth)
        {
            yield break;
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories().Where(IsCompanionFolder).OrderBy(child => child.Name, StringComparer.Ordinal))
        {
            foreach (CompanionFile file in FilesOf(child, $"{prefix}{child.Name}/", depth + 1))
            {
                yield return file;
            }
        }
    }

    private static bool IsCompanion(FileInfo file) =>
        !file.Name.StartsWith('.')
        && !IsWeights(file)
        && TargetOf(file).Exists
        && !file.Name.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase)
        && !file.Name.Equals("README.md", StringComparison.OrdinalIgnoreCase)
        && file.Name != OutputTarget.ManifestFileName
        && !file.Name.EndsWith(".safetensors.manifest.json", StringComparison.OrdinalIgnoreCase);

    private static bool IsCompanionFolder(DirectoryInfo folder) =>
        !folder.Name.StartsWith('.') && folder.LinkTarget is null && !folder.EnumerateFiles().Any(IsWeights);

    private static bool IsWeights(FileInfo file) => WeightExtensions.Contains(file.Extension, StringComparer.OrdinalIgnoreCase);

    private static FileInfo TargetOf(FileInfo file) => file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target : file;

    internal static string? WithDType(byte[] config, DType dtype)
    {
        string? name = dtype switch
        {
            DType.F64 => "float64",
            DType.F32 => "float32",
            DType.F16 => "float16",
            DType.BF16 => "bfloat16",
            _ => null,
        };
        try
        {
            JsonText.RequireUnicode(config);
            if (name is null || JsonNode.Parse(config) is not JsonObject root)
            {
                return null;
            }

            foreach (string key in DTypeKeys.Where(root.ContainsKey))
            {
                root[key] = name;
            }

            return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
