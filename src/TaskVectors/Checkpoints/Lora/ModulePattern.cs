using System.Buffers;
using System.Text.RegularExpressions;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// A regular expression of an adapter's configuration, as PEFT applies it to the names of modules. An expression comes from outside: it is
/// matched in linear time where its syntax allows, and under a time limit where it does not. A key that is a plain name, as most are, is
/// compared without an expression: adapters can list hundreds of them for hundreds of modules.
/// </summary>
internal sealed class ModulePattern
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(1);

    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private readonly Regex? _expression;
    private readonly string _text;
    private readonly string _file;

    private ModulePattern(string text, string? expression, string file)
    {
        _text = text;
        _file = file;
        _expression = expression is null ? null : Compile(text, expression, file);
    }

    /// <summary>
    /// A key of <c>rank_pattern</c> or <c>alpha_pattern</c>: matches the end of a name from a dot on, or with <c>^</c> in front the whole
    /// name.
    /// </summary>
    public static ModulePattern OfKey(string key, string file) =>
        new(key, !key.AsSpan().ContainsAnyExcept(PlainCharacters) ? null : key.StartsWith('^') ? $"^({key[1..]})$" : $"^(.*\\.)?({key})$", file);

    /// <summary>A single expression in <c>target_modules</c> or <c>exclude_modules</c>: matches the whole name.</summary>
    public static ModulePattern OfWholeName(string text, string file) => new(text, $"^(?:{text})$", file);

    /// <summary>A name in <c>layers_pattern</c>: finds the index of the layer that follows it.</summary>
    public static ModulePattern OfLayer(string? name, string file) => new(name ?? string.Empty, $"^(?:.*\\.)?{name ?? "[^.]*"}\\.(\\d+)\\.", file);

    /// <summary>Whether a module's name matches.</summary>
    /// <exception cref="LoraException">Matching takes too long.</exception>
    public bool Matches(string module) => _expression is null ? EndsWithText(module) : Guard(() => _expression.IsMatch(module));

    /// <summary>The number that the last group of the expression finds, or <see langword="null"/>.</summary>
    /// <exception cref="LoraException">Matching takes too long.</exception>
    public int? Index(string module)
    {
        Match match = Guard(() => _expression!.Match(module));
        return match.Success && int.TryParse(match.Groups[^1].ValueSpan, out int index) ? index : null;
    }

    private static Regex Compile(string text, string expression, string file)
    {
        string translated = expression.Replace("(?P<", "(?<", StringComparison.Ordinal);
        const RegexOptions common = RegexOptions.CultureInvariant | RegexOptions.Singleline;
        try
        {
            return new Regex(translated, common | RegexOptions.NonBacktracking, TimeLimit);
        }
        catch (NotSupportedException)
        {
            return new Regex(translated, common, TimeLimit);
        }
        catch (ArgumentException e)
        {
            throw new LoraException(
                LoraError.InvalidConfig, file, $"{QuotedName.Of(text)} is not a valid regular expression: {e.Message}", innerException: e);
        }
    }

    // As the expression would: a dot in the text stands for any character.
    private bool EndsWithText(string module)
    {
        int start = module.Length - _text.Length;
        if (start < 0 || (start > 0 && module[start - 1] != '.'))
        {
            return false;
        }

        for (int i = _text.Length - 1; i >= 0; i--)
        {
            if (_text[i] != '.' && _text[i] != module[start + i])
            {
                return false;
            }
        }

        return true;
    }

    private T Guard<T>(Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new LoraException(
                LoraError.InvalidConfig,
                _file,
                $"the regular expression {QuotedName.Of(_text)} takes too long to match; simplify it.",
                innerException: e);
        }
    }
}
