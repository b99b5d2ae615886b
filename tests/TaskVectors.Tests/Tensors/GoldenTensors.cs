using System.Buffers.Binary;
using System.Text.Json;

namespace TaskVectors.Tests.Tensors;

/// <summary>Reads the unsigned integers of a golden safetensors file, without the library's own reader.</summary>
internal sealed class GoldenTensors
{
    private readonly byte[] _file;
    private readonly int _dataStart;
    private readonly JsonElement _header;

    private GoldenTensors(byte[] file)
    {
        int headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file));
        _file = file;
        _dataStart = sizeof(ulong) + headerLength;
        _header = JsonDocument.Parse(file.AsMemory(sizeof(ulong), headerLength)).RootElement;
    }

    internal static GoldenTensors Open(string name) =>
        new(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "dtypes", name)));

    internal ReadOnlySpan<byte> Bytes(string tensor)
    {
        JsonElement offsets = _header.GetProperty(tensor).GetProperty("data_offsets");
        return _file.AsSpan()[(_dataStart + offsets[0].GetInt32())..(_dataStart + offsets[1].GetInt32())];
    }
}
