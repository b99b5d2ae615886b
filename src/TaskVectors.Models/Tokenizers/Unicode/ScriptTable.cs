namespace TaskVectors.Models.Tokenizers.Unicode;

/// <summary>The script of every assigned code point (Unicode Standard Annex 24).</summary>
internal sealed class ScriptTable
{
    private static readonly Lazy<ScriptTable> Loaded = new(() => new ScriptTable());

    private readonly int[] _starts;
    private readonly int[] _ends;
    private readonly string[] _names;
    private readonly bool[] _isNew;

    private ScriptTable()
    {
        string[][] lines = [.. UnicodeResource.Read("scripts.txt")];
        _starts = [.. lines.Select(line => UnicodeResource.Point(line[0]))];
        _ends = [.. lines.Select(line => UnicodeResource.Point(line[1]))];
        _names = [.. lines.Select(line => string.Intern(line[2]))];
        _isNew = [.. lines.Select(line => line.Length > 3)];
    }

    public static ScriptTable Instance => Loaded.Value;

    /// <summary>The name of a code point's script, or <see langword="null"/> for one that has none.</summary>
    public string? ScriptOf(int point) => IndexOf(point) is int index and >= 0 ? _names[index] : null;

    /// <summary>The same for code points that Unicode 9 had, <see langword="null"/> for those that came later.</summary>
    public string? OldScriptOf(int point) => IndexOf(point) is int index and >= 0 && !_isNew[index] ? _names[index] : null;

    /// <summary>The table's spelling of a script's name, ignoring case and underscores, or <see langword="null"/>.</summary>
    public string? Find(string name)
    {
        string wanted = Plain(name);
        return Array.Find(_names, known => Plain(known).Equals(wanted, StringComparison.OrdinalIgnoreCase));
    }

    private int IndexOf(int point)
    {
        int index = Array.BinarySearch(_starts, point);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && point <= _ends[index] ? index : -1;
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
}
