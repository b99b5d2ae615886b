using System.Globalization;

namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>The tokens of a model and their ids.</summary>
internal sealed class TokenVocabulary
{
    /// <summary>A bound on ids, far above any published vocabulary.</summary>
    public const int MaximumId = 1 << 26;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _texts = [];

    public int Count => _ids.Count;

    /// <summary>One more than the highest id.</summary>
    public int IdLimit { get; private set; }

    public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> BySpan => _ids.GetAlternateLookup<ReadOnlySpan<char>>();

    public IEnumerable<KeyValuePair<string, int>> Entries => _ids;

    /// <summary>Adds a token; the last of equal texts or ids wins.</summary>
    public void Add(string text, int id)
    {
        if (id is < 0 or > MaximumId)
        {
            throw new TokenizerException(
                "tokenizer.malformed",
                $"The id {id} of token '{text}' is out of range. Ids are 0 to {MaximumId.ToString(CultureInfo.InvariantCulture)}.");
        }

        _ids[text] = id;
        _texts[id] = text;
        IdLimit = Math.Max(IdLimit, id + 1);
    }

    public bool TryGetId(string text, out int id) => _ids.TryGetValue(text, out id);

    public int? IdOf(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    public string? TextOf(int id) => _texts.GetValueOrDefault(id);

    /// <summary>The id of the token that stands for a byte, such as <c>&lt;0x0A&gt;</c>, or -1.</summary>
    public int ByteId(byte value) => _ids.TryGetValue($"<0x{value:X2}>", out int id) ? id : -1;
}
