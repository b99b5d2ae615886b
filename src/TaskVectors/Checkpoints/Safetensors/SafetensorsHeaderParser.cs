using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Reads the JSON of a header, token by token, so that memory stays in proportion to the header. Checks form; whether the numbers
/// make sense is for <see cref="SafetensorsValidation"/>.
/// </summary>
/// <remarks>Unknown fields of a tensor are ignored and <c>"__metadata__": null</c> is no metadata, as in the reference reader.</remarks>
internal ref struct SafetensorsHeaderParser
{
    private readonly string _file;
    private readonly List<SafetensorsHeaderEntry> _entries = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<ulong> _integers = [];
    private readonly List<long> _dimensions = [];
    private Utf8JsonReader _json;
    private bool _metadataSeen;

    private SafetensorsHeaderParser(ReadOnlySpan<byte> json, string file)
    {
        _file = file;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = SafetensorsConstants.MaximumJsonDepth });
    }

    /// <summary>Parses a header.</summary>
    /// <exception cref="SafetensorsException">The header is malformed.</exception>
    public static (List<SafetensorsHeaderEntry> Entries, Dictionary<string, string> Metadata) Parse(ReadOnlySpan<byte> json, string file)
    {
        if (json.IsEmpty)
        {
            throw new SafetensorsException(SafetensorsError.EmptyHeader, file, "the header has length zero; the file is damaged.");
        }

        try
        {
            var parser = new SafetensorsHeaderParser(json, file);
            parser.ReadHeader();
            return Utf8.IsValid(json)
                ? (parser._entries, parser._metadata)
                : throw new SafetensorsException(SafetensorsError.InvalidUtf8, file, "the header is not valid UTF-8; the file is damaged.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SafetensorsException(
                SafetensorsError.InvalidJson, file, $"the header is not valid JSON; the file is damaged. {e.Message}", innerException: e);
        }
    }

    private void ReadHeader()
    {
        _ = _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw Error(SafetensorsError.InvalidJson, "the header is not a JSON object; the file is damaged.");
        }

        while (NextProperty())
        {
            string name = Text();
            _ = _json.Read();
            if (name == SafetensorsConstants.MetadataKey)
            {
                ReadMetadata();
            }
            else
            {
                ReadTensor(name);
            }
        }

        _ = _json.Read();
    }

    private void ReadMetadata()
    {
        if (_metadataSeen)
        {
            throw Error(SafetensorsError.DuplicateMetadata, "the header has __metadata__ twice.");
        }

        _metadataSeen = true;
        if (_json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (_json.TokenType != JsonTokenType.StartObject)
        {
            SkipValue();
            throw Error(SafetensorsError.InvalidMetadata, "__metadata__ is not an object of strings.");
        }

        while (NextProperty())
        {
            string key = Text();
            _ = _json.Read();
            if (_json.TokenType != JsonTokenType.String)
            {
                SkipValue();
                throw Error(SafetensorsError.InvalidMetadata, $"the value of {QuotedName.Of(key)} in __metadata__ is not a string.");
            }

            if (!_metadata.TryAdd(key, Text()))
            {
                throw Error(SafetensorsError.DuplicateMetadata, $"__metadata__ has the key {QuotedName.Of(key)} twice.");
            }
        }
    }

    private void ReadTensor(string name)
    {
        if (!_names.Add(name))
        {
            throw Error(SafetensorsError.DuplicateTensor, $"the tensor {QuotedName.Of(name)} is there twice.", name);
        }

        if (_json.TokenType != JsonTokenType.StartObject)
        {
            SkipValue();
            throw Error(SafetensorsError.InvalidTensorEntry, $"the entry of tensor {QuotedName.Of(name)} is not an object.", name);
        }

        DType? dtype = null;
        (ulong Begin, ulong End)? offsets = null;
        bool shapeSeen = false;
        TensorShape? shape = null;
        while (NextProperty())
        {
            if (_json.ValueTextEquals("dtype"u8))
            {
                ThrowIfTwice(dtype is not null, "dtype", name);
                dtype = ReadDType(name);
            }
            else if (_json.ValueTextEquals("shape"u8))
            {
                ThrowIfTwice(shapeSeen, "shape", name);
                shapeSeen = true;
                shape = ReadShape(name);
            }
            else if (_json.ValueTextEquals("data_offsets"u8))
            {
                ThrowIfTwice(offsets is not null, "data_offsets", name);
                offsets = ReadOffsets(name);
            }
            else
            {
                _ = Text();
                _ = _json.Read();
                SkipValue();
            }
        }

        _entries.Add(new SafetensorsHeaderEntry(
            name,
            dtype ?? throw Missing("dtype", name),
            shapeSeen ? shape : throw Missing("shape", name),
            offsets?.Begin ?? throw Missing("data_offsets", name),
            offsets.Value.End));
    }

    private DType ReadDType(string name)
    {
        _ = _json.Read();
        if (_json.TokenType == JsonTokenType.String)
        {
            string text = Text();
            return DTypes.TryParse(text, out var dtype)
                ? dtype
                : throw Error(
                    SafetensorsError.UnknownDataType,
                    $"the dtype {QuotedName.Of(text)} of tensor {QuotedName.Of(name)} is none of the format's: "
                    + $"{string.Join(", ", DTypes.All.Select(known => known.Name()))}.",
                    name);
        }

        SkipValue();
        throw Error(SafetensorsError.UnknownDataType, $"the dtype of tensor {QuotedName.Of(name)} is not a string.", name);
    }

    private TensorShape? ReadShape(string name)
    {
        if (!TryReadIntegers())
        {
            throw Error(
                SafetensorsError.InvalidShape, $"the shape of tensor {QuotedName.Of(name)} is not a list of non-negative integers.", name);
        }

        _dimensions.Clear();
        foreach (ulong dimension in _integers)
        {
            if (dimension > long.MaxValue)
            {
                return null;
            }

            _dimensions.Add((long)dimension);
        }

        try
        {
            return new TensorShape(CollectionsMarshal.AsSpan(_dimensions));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private (ulong Begin, ulong End) ReadOffsets(string name) =>
        TryReadIntegers() && _integers is [var begin, var end]
            ? (begin, end)
            : throw Error(
                SafetensorsError.InvalidOffsets,
                $"the data_offsets of tensor {QuotedName.Of(name)} are not two non-negative integers.",
                name);

    /// <summary>Reads a list of plain unsigned integers, without sign, fraction or exponent; consumes the value in any case.</summary>
    private bool TryReadIntegers()
    {
        _integers.Clear();
        _ = _json.Read();
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            SkipValue();
            return false;
        }

        bool plain = true;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType == JsonTokenType.Number
                && Utf8Parser.TryParse(_json.ValueSpan, out ulong value, out int consumed)
                && consumed == _json.ValueSpan.Length)
            {
                _integers.Add(value);
            }
            else
            {
                SkipValue();
                plain = false;
            }
        }

        return plain;
    }

    private bool NextProperty() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Passes over the value the reader is at, checking its strings as any others.</summary>
    private void SkipValue()
    {
        int depth = 0;
        do
        {
            switch (_json.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    depth++;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    depth--;
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName when _json.ValueIsEscaped:
                    _ = Text();
                    break;
                default:
                    break;
            }
        }
        while (depth > 0 && _json.Read());
    }

    /// <summary>The string the reader is at.</summary>
    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Utf8.IsValid(_json.ValueSpan)
                ? Error(SafetensorsError.InvalidJson, "a string of the header has half of a surrogate pair; the file is damaged.", cause: e)
                : Error(SafetensorsError.InvalidUtf8, "the header is not valid UTF-8; the file is damaged.", cause: e);
        }
    }

    private readonly void ThrowIfTwice(bool seen, string field, string name)
    {
        if (seen)
        {
            throw Error(SafetensorsError.DuplicateField, $"tensor {QuotedName.Of(name)} has {field} twice.", name);
        }
    }

    private readonly SafetensorsException Missing(string field, string name) =>
        Error(SafetensorsError.MissingField, $"tensor {QuotedName.Of(name)} has no {field}.", name);

    private readonly SafetensorsException Error(SafetensorsError error, string message, string? tensor = null, Exception? cause = null) =>
        new(error, _file, message, tensor, cause);
}
