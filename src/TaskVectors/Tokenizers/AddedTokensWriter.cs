using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskVectors.Tokenizers;

/// <summary>Adds tokens to the files of a tokenizer. Everything else in them stays as it is, byte for byte in <c>tokenizer.json</c>.</summary>
internal static class AddedTokensWriter
{
    private const string Key = "added_tokens";

    /// <summary>The files with tokens added.</summary>
    /// <param name="files">The files of a tokenizer.</param>
    /// <param name="tokens">What is added, with numbers after those of all other tokens.</param>
    /// <exception cref="TaskVectorsException">A file is malformed.</exception>
    public static TokenizerFiles Add(TokenizerFiles files, IReadOnlyList<(AddedToken Token, int Id)> tokens)
    {
        if (tokens.Count == 0)
        {
            return files;
        }

        TokenizerFiles changed = files;
        if (files.Read(TokenizerNames.Tokenizer) is { } tokenizer)
        {
            changed = changed.With(TokenizerNames.Tokenizer, AddToTokenizer(files.PathOf(TokenizerNames.Tokenizer), tokenizer, tokens));
        }

        bool isInConfig = false;
        if (files.Read(TokenizerNames.Config) is { } config && AddToConfig(files.PathOf(TokenizerNames.Config), config, tokens) is { } withTokens)
        {
            changed = changed.With(TokenizerNames.Config, withTokens);
            isInConfig = true;
        }

        bool isReadElsewhere = !isInConfig && TokenizerNames.Native.Any(files.Has);
        return files.Has(TokenizerNames.AddedTokens) || isReadElsewhere
            ? changed.With(TokenizerNames.AddedTokens, AddToMap(files, tokens))
            : changed;
    }

    /// <summary>Where new tokens are written for programs that do not read <c>tokenizer.json</c>.</summary>
    /// <exception cref="TaskVectorsException">A file is malformed.</exception>
    public static string PlaceBeside(TokenizerFiles files) =>
        files.Read(TokenizerNames.Config) is { } config && TokenizerJson.ReadObject(files.PathOf(TokenizerNames.Config), config)["added_tokens_decoder"] is JsonObject
            ? TokenizerNames.Config
            : TokenizerNames.AddedTokens;

    private static byte[] AddToTokenizer(string file, ReadOnlyMemory<byte> content, IReadOnlyList<(AddedToken Token, int Id)> tokens)
    {
        (int position, bool isNewKey, bool isEmpty) = PlaceIn(file, content.Span);
        bool isIndented = content.Span[..Math.Min(content.Length, 64)].Contains((byte)'\n');
        string entries = string.Join(",", tokens.Select(token => Entry(token.Token, token.Id, isIndented)));
        string inserted = (isNewKey, isEmpty) switch
        {
            (true, _) => $"{(isIndented ? "\n  " : string.Empty)}\"{Key}\": [{entries}{(isIndented ? "\n  " : string.Empty)}]{(isEmpty ? string.Empty : ",")}",
            (false, true) => entries + (isIndented ? "\n  " : string.Empty),
            _ => "," + entries,
        };
        return [.. content.Span[..position], .. Encoding.UTF8.GetBytes(inserted), .. content.Span[position..]];
    }

    /// <summary>After the last entry of the list; where there is no list, at the beginning of the object.</summary>
    private static (int Position, bool IsNewKey, bool IsEmpty) PlaceIn(string file, ReadOnlySpan<byte> content)
    {
        try
        {
            var reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = 64 });
            _ = reader.Read() && reader.TokenType == JsonTokenType.StartObject ? 0 : throw TokenizerJson.Invalid(file, "it is not a JSON object.");
            int start = (int)reader.BytesConsumed;
            bool isEmpty = true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                isEmpty = false;
                if (reader.ValueTextEquals(Key))
                {
                    return reader.Read() && reader.TokenType == JsonTokenType.StartArray ? EndOfList(ref reader) : throw TokenizerJson.Invalid(file, $"'{Key}' is not a list.");
                }

                reader.Skip();
            }

            return (start, true, isEmpty);
        }
        catch (JsonException error)
        {
            throw TokenizerJson.Invalid(file, $"it is not valid JSON; download it again. {error.Message}", error);
        }
    }

    private static (int Position, bool IsNewKey, bool IsEmpty) EndOfList(ref Utf8JsonReader reader)
    {
        int end = (int)reader.BytesConsumed;
        bool isEmpty = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
            end = (int)reader.BytesConsumed;
            isEmpty = false;
        }

        return (end, false, isEmpty);
    }

    private static string Entry(AddedToken token, int id, bool isIndented)
    {
        (string Name, string Value)[] fields =
        [
            ("id", id.ToString(CultureInfo.InvariantCulture)),
            ("content", $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(token.Text)}\""),
            ("single_word", Word(token.IsSingleWord)),
            ("lstrip", Word(token.StripsLeft)),
            ("rstrip", Word(token.StripsRight)),
            ("normalized", Word(token.IsNormalized)),
            ("special", Word(token.IsSpecial)),
        ];
        return isIndented
            ? $"\n    {{{string.Join(",", fields.Select(field => $"\n      \"{field.Name}\": {field.Value}"))}\n    }}"
            : $"{{{string.Join(",", fields.Select(field => $"\"{field.Name}\":{field.Value}"))}}}";
    }

    private static string Word(bool value) => value ? "true" : "false";

    private static byte[]? AddToConfig(string file, ReadOnlyMemory<byte> content, IReadOnlyList<(AddedToken Token, int Id)> tokens)
    {
        JsonObject root = TokenizerJson.ReadObject(file, content);
        if (root["added_tokens_decoder"] is not JsonObject decoder)
        {
            return null;
        }

        foreach ((AddedToken token, int id) in tokens)
        {
            decoder[id.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["content"] = token.Text,
                ["lstrip"] = token.StripsLeft,
                ["normalized"] = token.IsNormalized,
                ["rstrip"] = token.StripsRight,
                ["single_word"] = token.IsSingleWord,
                ["special"] = token.IsSpecial,
            };
        }

        return TokenizerJson.Encode(root);
    }

    private static byte[] AddToMap(TokenizerFiles files, IReadOnlyList<(AddedToken Token, int Id)> tokens)
    {
        JsonObject map = files.Read(TokenizerNames.AddedTokens) is { } content
            ? TokenizerJson.ReadObject(files.PathOf(TokenizerNames.AddedTokens), content)
            : [];
        foreach ((AddedToken token, int id) in tokens)
        {
            map[token.Text] = id;
        }

        return TokenizerJson.Encode(map);
    }
}
