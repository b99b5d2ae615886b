using System.Diagnostics.CodeAnalysis;

namespace TaskVectors.Tokenizers;

/// <summary>Which row of a model's embeddings stands for which token. Built while a tokenizer is read, and not changed afterwards.</summary>
internal sealed class Vocabulary
{
    /// <summary>The largest number of rows, far beyond any real vocabulary.</summary>
    public const int MaximumSize = 1 << 22;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedToken> _added = new(StringComparer.Ordinal);
    private readonly List<string?> _tokens = [];

    /// <summary>One more than the largest number of a token.</summary>
    public int Size => _tokens.Count;

    /// <summary>The number of tokens.</summary>
    public int Count => _ids.Count;

    /// <summary>The number of tokens that are none of <see cref="Added"/>.</summary>
    public int OrdinaryCount => _ids.Keys.Count(token => !_added.ContainsKey(token));

    /// <summary>The tokens that are found in a text as they stand.</summary>
    public IReadOnlyDictionary<string, AddedToken> Added => _added;

    /// <summary>The token of every row, or <see langword="null"/> for rows without one.</summary>
    public IReadOnlyList<string?> Tokens => _tokens;

    /// <summary>Every token with its row; several may share one.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>Finds the row of a token.</summary>
    public bool TryGetId(string token, out int id) => _ids.TryGetValue(token, out id);

    /// <summary>The token of a row, or <see langword="null"/>.</summary>
    public string? TokenOf(int id) => id >= 0 && id < _tokens.Count ? _tokens[id] : null;

    /// <summary>Whether a row is one of an added token.</summary>
    public bool TryGetAdded(string token, [NotNullWhen(true)] out AddedToken? added) => _added.TryGetValue(token, out added);

    /// <summary>Adds an ordinary token; <see langword="false"/> where it has another row already.</summary>
    public bool TryAdd(string token, int id)
    {
        if (_ids.TryGetValue(token, out int known))
        {
            return known == id;
        }

        _ids.Add(token, id);
        Place(token, id);
        return true;
    }

    /// <summary>Adds a token that is found as it stands. One that is ordinary too keeps that row, as tokenizers read it.</summary>
    public void Add(AddedToken token, int id)
    {
        if (_ids.TryAdd(token.Text, id))
        {
            Place(token.Text, id);
        }

        _added[token.Text] = token;
        _tokens[_ids[token.Text]] = token.Text;
    }

    /// <summary>A copy that can be added to.</summary>
    public Vocabulary Copy()
    {
        var copy = new Vocabulary();
        copy._tokens.AddRange(_tokens);
        foreach ((string token, int id) in _ids)
        {
            copy._ids.Add(token, id);
        }

        foreach ((string token, AddedToken added) in _added)
        {
            copy._added.Add(token, added);
        }

        return copy;
    }

    private void Place(string token, int id)
    {
        while (_tokens.Count <= id)
        {
            _tokens.Add(null);
        }

        _tokens[id] ??= token;
    }
}
