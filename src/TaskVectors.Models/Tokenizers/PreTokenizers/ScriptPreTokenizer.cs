using TaskVectors.Models.Tokenizers.Text;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>
/// Cuts where the script changes; kana count as Han, and spaces and what Unicode 9 did not have belong to any script (the reference's table
/// is that old).
/// </summary>
internal sealed class ScriptPreTokenizer : IPreTokenizer
{
    private const int ProlongedSoundMark = 0x30FC;
    private const string Han = "Han";

    public void Split(AlignedText text, List<AlignedText> pieces)
    {
        string? last = null;
        int start = -1;
        for (int index = 0; index < text.Length; index++)
        {
            string? script = ScriptOf(text.Points[index]);
            if (script is null || script == last)
            {
                continue;
            }

            last = script;
            if (start >= 0)
            {
                pieces.Add(text.Slice(start, index));
            }

            start = index;
        }

        if (start >= 0)
        {
            pieces.Add(text.Slice(start, text.Length));
        }
    }

    private static string? ScriptOf(int point) => point switch
    {
        ' ' => null,
        ProlongedSoundMark => Han,
        _ => ScriptTable.Instance.OldScriptOf(point) switch
        {
            "Hiragana" or "Katakana" => Han,
            string script => script,
            null => null,
        },
    };
}
