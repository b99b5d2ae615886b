namespace TaskVectors.Models.Tokenizers.Unicode;

/// <summary>
/// Decompositions, compositions and combining classes (Unicode Standard Annex 15). Own tables, because the platform's normalisation does
/// nothing where globalisation is invariant, and differs with the installed version elsewhere.
/// </summary>
internal sealed class NormalizationTable
{
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int HangulCount = LeadCount * VowelCount * TailCount;

    private static readonly Lazy<NormalizationTable> Loaded = new(() => new NormalizationTable());

    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<long, int> _composites = [];
    private readonly Dictionary<int, byte> _classes = [];

    private NormalizationTable()
    {
        foreach (string[] fields in UnicodeResource.Read("normalization.txt"))
        {
            int first = UnicodeResource.Point(fields[1]);
            if (fields[0] == "R")
            {
                AddClass(first, UnicodeResource.Point(fields[2]), (byte)UnicodeResource.Point(fields[3]));
                continue;
            }

            int[] parts = [.. fields.Skip(2).Select(UnicodeResource.Point)];
            (fields[0] == "K" ? _compatible : _canonical)[first] = parts;
            if (fields[0] == "C")
            {
                _composites[Pair(parts[0], parts[1])] = first;
            }
        }
    }

    public static NormalizationTable Instance => Loaded.Value;

    /// <summary>The canonical combining class: 0 for a starter.</summary>
    public byte CombiningClass(int point) => point < 0x300 ? (byte)0 : _classes.GetValueOrDefault(point);

    /// <summary>Appends the full decomposition of a code point.</summary>
    public void Decompose(int point, bool compatible, List<int> parts)
    {
        if (point < 0x80)
        {
            parts.Add(point);
        }
        else if (point - HangulBase is >= 0 and < HangulCount)
        {
            DecomposeHangul(point - HangulBase, parts);
        }
        else if (compatible && _compatible.TryGetValue(point, out int[]? whole))
        {
            parts.AddRange(whole);
        }
        else if (_canonical.TryGetValue(point, out int[]? pair))
        {
            foreach (int part in pair)
            {
                if (part == point)
                {
                    throw new InvalidOperationException($"The table decomposes U+{point:X4} into itself.");
                }

                Decompose(part, compatible, parts);
            }
        }
        else
        {
            parts.Add(point);
        }
    }

    /// <summary>The composite of two code points, or -1.</summary>
    public int Compose(int first, int second)
    {
        int lead = first - LeadBase;
        int vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return HangulBase + (((lead * VowelCount) + vowel) * TailCount);
        }

        int syllable = first - HangulBase;
        int tail = second - TailBase;
        if (syllable is >= 0 and < HangulCount && syllable % TailCount == 0 && tail is > 0 and < TailCount)
        {
            return first + tail;
        }

        return _composites.TryGetValue(Pair(first, second), out int composite) ? composite : -1;
    }

    private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

    private static void DecomposeHangul(int syllable, List<int> parts)
    {
        parts.Add(LeadBase + (syllable / (VowelCount * TailCount)));
        parts.Add(VowelBase + (syllable % (VowelCount * TailCount) / TailCount));
        if (syllable % TailCount != 0)
        {
            parts.Add(TailBase + (syllable % TailCount));
        }
    }

    private void AddClass(int first, int last, byte value)
    {
        for (int point = first; point <= last; point++)
        {
            _classes[point] = value;
        }
    }
}
