using System.Text;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Generation;

/// <summary>
/// Turns tokens into text one by one. What a token adds depends on those in front of it (spaces, bytes of one letter), so a few of them are
/// decoded without it and with it, and the difference is what it adds.
/// </summary>
internal sealed class IncrementalText
{
    /// <summary>What decoders give for bytes that are no letter yet.</summary>
    private const char Incomplete = '\uFFFD';

    /// <summary>More than a letter has bytes, so that no window starts within the last one.</summary>
    private const int Window = 8;

    private readonly Tokenizer _tokenizer;
    private readonly List<int> _ids;
    private readonly StringBuilder _text = new();
    private int _start;
    private int _told;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="before">The tokens in front of the text.</param>
    public IncrementalText(Tokenizer tokenizer, IReadOnlyList<int> before)
    {
        _tokenizer = tokenizer;
        _ids = [.. before];
        _start = Math.Max(0, _ids.Count - Window);
        _told = _ids.Count;
    }

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>What a token adds; nothing while a letter is incomplete, nor for a row of the model that the tokenizer has no token for.</summary>
    public string Add(int id)
    {
        if (_tokenizer.TokenOf(id) is null)
        {
            return string.Empty;
        }

        _ids.Add(id);
        string added = Untold();
        return added.EndsWith(Incomplete) ? string.Empty : Tell(added);
    }

    /// <summary>What is left at the end: an incomplete letter.</summary>
    public string Finish() => Tell(Untold());

    private string Untold()
    {
        string told = Decode(_told);
        string all = Decode(_ids.Count);
        return all.Length > told.Length ? all[told.Length..] : string.Empty;
    }

    private string Tell(string added)
    {
        if (added.Length > 0)
        {
            (_start, _told) = (_told, _ids.Count);
            _ = _text.Append(added);
        }

        return added;
    }

    private string Decode(int end) => _tokenizer.Decode(_ids[_start..end]);
}
