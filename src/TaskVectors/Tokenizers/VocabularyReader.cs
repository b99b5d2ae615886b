using System.Globalization;
using System.Text;
using System.Text.Json;
using TaskVectors.Checkpoints;

namespace TaskVectors.Tokenizers;

/// <summary>
/// Reads which token has which row: from <c>tokenizer.json</c>, else from the files of older tokenizers (<c>vocab.json</c>, <c>vocab.txt</c> and
/// <c>added_tokens.json</c>; the pieces of SentencePiece), with the added tokens of <c>tokenizer_config.json</c>. Texts are not cut here, so merges are left unread.
/// </summary>
internal sealed class VocabularyReader
{
    private readonly TokenizerFiles _files;
    private readonly Vocabulary _vocabulary = new();

    private VocabularyReader(TokenizerFiles files) => _files = files;

    /// <summary>Reads a tokenizer.</summary>
    /// <exception cref="TaskVectorsException">It is missing, malformed or stored in a form that is not read.</exception>
    public static Vocabulary Read(TokenizerFiles files)
    {
        var reader = new VocabularyReader(files);
        reader.Read();
        return reader._vocabulary;
    }

    private void Read()
    {
        if (_files.Has(TokenizerNames.Tokenizer))
        {
            ReadJson(TokenizerNames.Tokenizer, ReadTokenizer);
        }
        else if (_files.Has(TokenizerNames.Vocabulary))
        {
            ReadJson(TokenizerNames.Vocabulary, (file, root) => ReadMap(file, root));
            ReadJson(TokenizerNames.AddedTokens, ReadAddedMap);
        }
        else if (_files.Has(TokenizerNames.Words))
        {
            ReadWords();
            ReadJson(TokenizerNames.AddedTokens, ReadAddedMap);
        }
        else if (SentencePieceVocabulary.FileOf(_files) is { } pieces)
        {
            SentencePieceVocabulary.Add(_vocabulary, _files, pieces);
            ReadJson(TokenizerNames.AddedTokens, ReadAddedMap);
        }
        else
        {
            throw NotRead();
        }

        ReadJson(TokenizerNames.Config, ReadConfig);
        if (_vocabulary.Count == 0)
        {
            throw TokenizerJson.Invalid(_files.Folder, "the tokenizer has no tokens.");
        }
    }

    private TokenizerException NotRead() => _files.HasVocabulary
        ? new TokenizerException(TokenizerError.Unsupported, _files.Folder, $"the tokenizer is stored as two models of SentencePiece, which do not tell the numbers of rows; add {TokenizerNames.Tokenizer}, which transformers writes when it saves the tokenizer.")
        : new TokenizerException(TokenizerError.NotFound, _files.Folder, $"there is no tokenizer ({TokenizerNames.Tokenizer}, {TokenizerNames.Vocabulary} or {TokenizerNames.Words}); copy the files of the model's tokenizer there.");

    private void ReadJson(string name, Action<string, JsonElement> read)
    {
        if (_files.Read(name) is not { } content)
        {
            return;
        }

        string file = _files.PathOf(name);
        _ = TokenizerJson.Read(file, content, root =>
        {
            read(file, root);
            return true;
        });
    }

    private void ReadTokenizer(string file, JsonElement root)
    {
        if (TokenizerJson.Find(root, "model") is not { ValueKind: JsonValueKind.Object } model)
        {
            throw TokenizerJson.Invalid(file, "it has no 'model'.");
        }

        switch (TokenizerJson.Find(model, "vocab"))
        {
            case { ValueKind: JsonValueKind.Object } map:
                ReadMap(file, map);
                break;
            case { ValueKind: JsonValueKind.Array } list:
                ReadScores(file, list);
                break;
            default:
                throw TokenizerJson.Invalid(file, "'model.vocab' is neither an object of tokens nor a list of pieces.");
        }

        switch (TokenizerJson.Find(root, "added_tokens"))
        {
            case null:
                break;
            case { ValueKind: JsonValueKind.Array } added:
                ReadAddedList(file, added);
                break;
            default:
                throw TokenizerJson.Invalid(file, "'added_tokens' is not a list.");
        }
    }

    private void ReadMap(string file, JsonElement map)
    {
        foreach (JsonProperty token in map.EnumerateObject())
        {
            Add(file, token.Name, TokenizerJson.Id(file, token.Name, token.Value));
        }
    }

    // A piece and its score; the number of a piece is its place.
    private void ReadScores(string file, JsonElement list)
    {
        int id = 0;
        foreach (JsonElement piece in list.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.Array || piece.GetArrayLength() == 0 || piece[0].ValueKind != JsonValueKind.String)
            {
                throw TokenizerJson.Invalid(file, string.Create(CultureInfo.InvariantCulture, $"the piece {id} of 'model.vocab' is not a text with a score."));
            }

            if (id == Vocabulary.MaximumSize)
            {
                throw new TokenizerException(TokenizerError.TooLarge, file, $"there are more than {Vocabulary.MaximumSize} pieces.");
            }

            Add(file, piece[0].GetString()!, id++);
        }
    }

    private void Add(string file, string token, int id)
    {
        if (!_vocabulary.TryAdd(token, id))
        {
            throw new TokenizerException(TokenizerError.DuplicateToken, file, $"the token {QuotedName.Of(token)} has two numbers.");
        }
    }

    private void ReadAddedList(string file, JsonElement added)
    {
        foreach (JsonElement token in added.EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Object || TokenizerJson.Text(token, "content") is not { } text || TokenizerJson.Find(token, "id") is not { } id)
            {
                throw TokenizerJson.Invalid(file, "an entry of 'added_tokens' has no content or id.");
            }

            _vocabulary.Add(TokenOf(text, token), TokenizerJson.Id(file, text, id));
        }
    }

    private static AddedToken TokenOf(string text, JsonElement token) => new(text)
    {
        IsSingleWord = TokenizerJson.Truth(token, "single_word") == true,
        StripsLeft = TokenizerJson.Truth(token, "lstrip") == true,
        StripsRight = TokenizerJson.Truth(token, "rstrip") == true,
        IsSpecial = TokenizerJson.Truth(token, "special") == true,
        IsNormalized = TokenizerJson.Truth(token, "normalized") ?? TokenizerJson.Truth(token, "special") != true,
    };

    private void ReadAddedMap(string file, JsonElement map)
    {
        HashSet<string> special = SpecialTokens();
        foreach (JsonProperty token in map.EnumerateObject())
        {
            bool isSpecial = special.Contains(token.Name);
            _vocabulary.Add(new AddedToken(token.Name) { IsSpecial = isSpecial, IsNormalized = !isSpecial }, TokenizerJson.Id(file, token.Name, token.Value));
        }
    }

    // Values are texts, objects with a content, or lists of either.
    private HashSet<string> SpecialTokens()
    {
        var special = new HashSet<string>(StringComparer.Ordinal);
        ReadJson(TokenizerNames.SpecialTokens, (_, root) => special.UnionWith(root.EnumerateObject().SelectMany(entry => Texts(entry.Value))));
        return special;
    }

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Object => TokenizerJson.Text(value, "content") is { } text ? [text] : [],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        _ => [],
    };

    // Tokens that other programs add when they load the tokenizer; what tokenizer.json says comes first.
    private void ReadConfig(string file, JsonElement root)
    {
        if (TokenizerJson.Find(root, "added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } decoder)
        {
            return;
        }

        foreach (JsonProperty entry in decoder.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Object
                || TokenizerJson.Text(entry.Value, "content") is not { } text
                || !int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                || id >= Vocabulary.MaximumSize)
            {
                throw TokenizerJson.Invalid(file, $"the entry {QuotedName.Of(entry.Name)} of 'added_tokens_decoder' is not the number of a token with its content.");
            }

            if (!_vocabulary.Added.ContainsKey(text))
            {
                _vocabulary.Add(TokenOf(text, entry.Value), id);
            }
        }
    }

    private void ReadWords()
    {
        string file = _files.PathOf(TokenizerNames.Words);
        string text = Encoding.UTF8.GetString(_files.Read(TokenizerNames.Words)!.Value.Span);
        int id = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range).TrimEnd('\r');
            if (id == Vocabulary.MaximumSize)
            {
                throw new TokenizerException(TokenizerError.TooLarge, file, $"there are more than {Vocabulary.MaximumSize} lines.");
            }

            if (!line.IsEmpty)
            {
                _ = _vocabulary.TryAdd(line.ToString(), id);
            }

            id++;
        }
    }
}
