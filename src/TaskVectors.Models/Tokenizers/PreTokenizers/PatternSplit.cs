using TaskVectors.Models.Tokenizers.Patterns;
using TaskVectors.Models.Tokenizers.Text;

namespace TaskVectors.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts at the matches of a pattern, or, inverted, at what lies between them.</summary>
internal sealed class PatternSplit(IPattern pattern, SplitBehavior behavior, bool invert = false) : IPreTokenizer
{
    public void Split(AlignedText text, List<AlignedText> pieces)
    {
        var matches = new List<TextSpan>();
        pattern.Find(text.Points, matches);
        foreach (Part part in Merge(Parts(matches, text.Length)))
        {
            if (part.End > part.Start && !(behavior == SplitBehavior.Removed && part.IsMatch))
            {
                pieces.Add(text.Slice(part.Start, part.End));
            }
        }
    }

    private List<Part> Parts(List<TextSpan> matches, int length)
    {
        var parts = new List<Part>((matches.Count * 2) + 1);
        int last = 0;
        foreach (TextSpan match in matches)
        {
            if (match.Start > last)
            {
                parts.Add(new Part(last, match.Start, invert));
            }

            parts.Add(new Part(match.Start, match.End, !invert));
            last = match.End;
        }

        if (last < length)
        {
            parts.Add(new Part(last, length, invert));
        }

        return parts;
    }

    private List<Part> Merge(List<Part> parts) => behavior switch
    {
        SplitBehavior.MergedWithPrevious => Join(parts, (part, previous) => part && !previous),
        SplitBehavior.Contiguous => Join(parts, (part, previous) => part == previous),
        SplitBehavior.MergedWithNext => JoinWithNext(parts),
        _ => parts,
    };

    private static List<Part> Join(List<Part> parts, Func<bool, bool, bool> joins)
    {
        var result = new List<Part>(parts.Count);
        bool previous = false;
        foreach (Part part in parts)
        {
            if (result.Count > 0 && joins(part.IsMatch, previous))
            {
                result[^1] = result[^1] with { End = part.End };
            }
            else
            {
                result.Add(part);
            }

            previous = part.IsMatch;
        }

        return result;
    }

    private static List<Part> JoinWithNext(List<Part> parts)
    {
        var result = new List<Part>(parts.Count);
        bool next = false;
        for (int index = parts.Count - 1; index >= 0; index--)
        {
            if (result.Count > 0 && parts[index].IsMatch && !next)
            {
                result[^1] = result[^1] with { Start = parts[index].Start };
            }
            else
            {
                result.Add(parts[index]);
            }

            next = parts[index].IsMatch;
        }

        result.Reverse();
        return result;
    }

    private readonly record struct Part(int Start, int End, bool IsMatch);
}
