namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>
/// What <c>tokenizer_config.json</c>, <c>added_tokens.json</c> and <c>config.json</c> beside native files say. All are optional.
/// </summary>
internal sealed class TokenizerSettings
{
    private readonly JsonNode? _settings;

    private TokenizerSettings(JsonNode? settings, string? kind, IReadOnlyList<AddedToken> addedTokens)
    {
        _settings = settings;
        Kind = kind;
        AddedTokens = addedTokens;
    }

    /// <summary>The tokenizer's class or the model's type, in lower case, such as <c>cliptokenizer</c> or <c>roberta</c>.</summary>
    public string? Kind { get; }

    public IReadOnlyList<AddedToken> AddedTokens { get; }

    public static TokenizerSettings Read(string folder)
    {
        JsonNode? settings = ReadIfThere(Path.Combine(folder, "tokenizer_config.json"));
        JsonNode? config = ReadIfThere(Path.Combine(folder, "config.json"));
        string? kind = settings?["tokenizer_class"].OptionalText() ?? config?["model_type"].OptionalText();
        var added = new List<AddedToken>();
        if (settings?["added_tokens_decoder"] is { IsNull: false } decoder)
        {
            added.AddRange(decoder.Members().Select(ReadToken));
        }
        else if (ReadIfThere(Path.Combine(folder, "added_tokens.json")) is { } file)
        {
            added.AddRange(file.Members().Select(member => new AddedToken { Id = member.Value.Integer(), Content = member.Name }));
        }

        return new TokenizerSettings(settings, kind?.ToLowerInvariant(), added);
    }

    public bool IsKind(string part) => Kind?.Contains(part, StringComparison.Ordinal) ?? false;

    public bool Flag(string name, bool fallback) => _settings is { } settings ? settings[name].Flag(fallback) : fallback;

    public bool? OptionalFlag(string name) => _settings is { } settings && !settings[name].IsNull ? settings[name].Flag(false) : null;

    /// <summary>A special token's text, written as a string or an object.</summary>
    public string Token(string name, string fallback)
    {
        if (_settings is not { } settings || settings[name].IsNull)
        {
            return fallback;
        }

        JsonNode node = settings[name];
        return node.IsString ? node.Text() : node["content"].Text();
    }

    private static JsonNode? ReadIfThere(string file) => File.Exists(file) ? TokenizerFile.ReadJson(file) : null;

    private static AddedToken ReadToken((string Name, JsonNode Value) member) => new()
    {
        Id = int.TryParse(member.Name, out int id) && id is >= 0 and <= Models.TokenVocabulary.MaximumId
            ? id
            : throw member.Value.Wrong("must have an id as its key"),
        Content = member.Value["content"].Text(),
        SingleWord = member.Value["single_word"].Flag(false),
        StripsLeft = member.Value["lstrip"].Flag(false),
        StripsRight = member.Value["rstrip"].Flag(false),
        IsNormalized = member.Value["normalized"].Flag(false),
        IsSpecial = member.Value["special"].Flag(false),
    };
}
