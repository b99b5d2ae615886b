using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// The index of a sharded model (<c>model.safetensors.index.json</c>): which tensor is in which file. Immutable.
/// </summary>
/// <remarks>
/// Only <c>weight_map</c> is used. <c>metadata.total_size</c> is wrong in many published files and is ignored.
/// </remarks>
public sealed class SafetensorsIndex
{
    private SafetensorsIndex(string file, Dictionary<string, string> weightMap)
    {
        File = file;
        WeightMap = weightMap;
        Shards = [.. weightMap.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The full path of the index.</summary>
    public string File { get; }

    /// <summary>Tensor names mapped to shard names.</summary>
    public IReadOnlyDictionary<string, string> WeightMap { get; }

    /// <summary>
    /// The distinct shard names, sorted. Each is a relative path, with <c>/</c> between segments, that stays in the folder of the index.
    /// </summary>
    public IReadOnlyList<string> Shards { get; }

    /// <summary>Reads an index.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SafetensorsException">The index is malformed, or names a path that could leave its folder.</exception>
    /// <exception cref="CheckpointNotFoundException">There is no such file.</exception>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public static SafetensorsIndex Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string full = Path.GetFullPath(path);
        using var file = InputFile.Open(full);
        if (file.Length > SafetensorsConstants.MaximumIndexBytes)
        {
            throw new SafetensorsException(SafetensorsError.InvalidIndex, full, string.Create(
                CultureInfo.InvariantCulture,
                $"the index has {file.Length} bytes, and {SafetensorsConstants.MaximumIndexBytes} are allowed."));
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)file.Length);
        try
        {
            return Parse(buffer.AsSpan(0, file.Read(0, buffer.AsSpan(0, (int)file.Length))), full);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Parses an index that has been fetched by other means.</summary>
    /// <param name="json">The content; a byte order mark is refused.</param>
    /// <param name="file">The name of the file, for messages and <see cref="File"/>.</param>
    /// <exception cref="SafetensorsException">The index is malformed, or names a path that could leave its folder.</exception>
    public static SafetensorsIndex Parse(ReadOnlySpan<byte> json, string file)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = SafetensorsConstants.MaximumJsonDepth });
            return new SafetensorsIndex(file, ReadWeightMap(ref reader, file));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(file, $"the index is not valid JSON; download it again. {e.Message}", e);
        }
    }

    /// <summary>
    /// The index that goes with a set of written files: UTF-8 JSON with <c>metadata.total_size</c> (the bytes of all tensors) and
    /// <c>weight_map</c>, sorted by the UTF-8 bytes of the names. The same layouts give the same bytes.
    /// </summary>
    /// <param name="layouts">The files, from <see cref="SafetensorsLayout.Plan"/>.</param>
    public static byte[] Encode(IReadOnlyList<SafetensorsFileLayout> layouts)
    {
        ArgumentNullException.ThrowIfNull(layouts);
        var entries = layouts
            .SelectMany(layout => layout.Tensors, (layout, placed) => (placed.Tensor.Name, layout.FileName))
            .OrderBy(entry => entry.Name, Utf8Order.Instance);

        var json = new ArrayBufferWriter<byte>();
        json.Write("{\n  \"metadata\": {\n    \"total_size\": "u8);
        SafetensorsJson.Write(json, layouts.Sum(layout => layout.DataLength));
        json.Write("\n  },\n  \"weight_map\": {"u8);
        bool first = true;
        foreach (var (name, fileName) in entries)
        {
            json.Write(first ? "\n    "u8 : ",\n    "u8);
            first = false;
            SafetensorsJson.Write(json, name);
            json.Write(": "u8);
            SafetensorsJson.Write(json, fileName);
        }

        json.Write(first ? "}\n}\n"u8 : "\n  }\n}\n"u8);
        return json.WrittenSpan.ToArray();
    }

    private static Dictionary<string, string> ReadWeightMap(ref Utf8JsonReader reader, string file)
    {
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid(file, "the index is not a JSON object.");
        }

        Dictionary<string, string>? weightMap = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("weight_map"u8))
            {
                reader.Skip();
                continue;
            }

            weightMap = weightMap is null
                ? ReadEntries(ref reader, file)
                : throw Invalid(file, "the index has weight_map twice.");
        }

        _ = reader.Read();
        return weightMap is { Count: > 0 } ? weightMap : throw Invalid(file, "the index has no weight_map, or an empty one.");
    }

    private static Dictionary<string, string> ReadEntries(ref Utf8JsonReader reader, string file)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        _ = reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid(file, "the weight_map is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            _ = reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Invalid(file, $"the weight_map names no file for tensor {QuotedName.Of(name)}.");
            }

            string shard = reader.GetString()!;
            ThrowIfUnsafe(shard, name, file);
            if (!entries.TryAdd(name, shard))
            {
                throw new SafetensorsException(
                    SafetensorsError.DuplicateIndexEntry, file, $"the weight_map has tensor {QuotedName.Of(name)} twice.", name);
            }
        }

        return entries;
    }

    /// <summary>
    /// A shard is a relative path of plain names: no root, drive, scheme, backslash, control character, empty segment or dots.
    /// </summary>
    private static void ThrowIfUnsafe(string shard, string tensor, string file)
    {
        if (shard.Any(c => char.IsControl(c) || c is '\\' or ':') || shard.Split('/').Any(segment => segment is "" or "." or ".."))
        {
            throw new SafetensorsException(
                SafetensorsError.UnsafeShardPath,
                file,
                $"the weight_map places tensor {QuotedName.Of(tensor)} in {QuotedName.Of(shard)}, "
                + "which is not a plain path inside the folder.",
                tensor);
        }
    }

    private static SafetensorsException Invalid(string file, string message, Exception? cause = null) =>
        new(SafetensorsError.InvalidIndex, file, message, innerException: cause);
}
