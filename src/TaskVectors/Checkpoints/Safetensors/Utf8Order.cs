namespace TaskVectors.Checkpoints.Safetensors;

/// <summary>
/// Orders strings as their UTF-8 bytes are ordered, which is by code point, and what sorting gives in Rust and Python. Ordinal
/// comparison of UTF-16 puts the code points above U+FFFF before those from U+E000 on.
/// </summary>
internal sealed class Utf8Order : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static readonly Utf8Order Instance = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x;
        ReadOnlySpan<char> right = y;
        int common = left.CommonPrefixLength(right);
        return common == left.Length || common == right.Length
            ? left.Length.CompareTo(right.Length)
            : Rank(left[common]).CompareTo(Rank(right[common]));
    }

    /// <summary>A UTF-16 unit's place when surrogates, which stand for the highest code points, are put last.</summary>
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + char.MaxValue : unit;
}
