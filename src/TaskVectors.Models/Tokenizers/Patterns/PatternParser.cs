using System.Globalization;
using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>
/// Reads a regular expression: alternatives, groups with <c>i</c> and <c>m</c>, look-around, classes with intersections, properties, and
/// quantifiers. Back references and names are refused.
/// </summary>
internal sealed class PatternParser
{
    private const int MaximumDepth = 100;
    private const int MaximumCount = 1000;

    private readonly string _pattern;
    private readonly int[] _points;
    private int _next;
    private int _depth;
    private bool _ignoreCase;
    private bool _dotMatchesNewline;

    public PatternParser(string pattern)
    {
        _pattern = pattern;
        _points = CodePoints.Of(pattern);
    }

    public static TokenizerException Unsupported(string pattern, string what) =>
        new("tokenizer.pattern", $"The pattern '{pattern}' cannot be used: {what}. Write it without, or convert the tokenizer.");

    public PatternNode Parse()
    {
        PatternNode node = ParseChoice();
        return _next == _points.Length ? node : throw Wrong("a ')' has no '('");
    }

    private bool HasMore => _next < _points.Length;

    private int Current => HasMore ? _points[_next] : -1;

    private TokenizerException Wrong(string what) => Unsupported(_pattern, $"{what} (at position {_next})");

    private bool Take(char expected)
    {
        if (Current != expected)
        {
            return false;
        }

        _next++;
        return true;
    }

    private bool Take(string expected)
    {
        for (int index = 0; index < expected.Length; index++)
        {
            if (_next + index >= _points.Length || _points[_next + index] != expected[index])
            {
                return false;
            }
        }

        _next += expected.Length;
        return true;
    }

    private PatternNode ParseChoice()
    {
        if (++_depth > MaximumDepth)
        {
            throw Wrong("it is nested too deeply");
        }

        var alternatives = new List<PatternNode> { ParseSequence() };
        while (Take('|'))
        {
            alternatives.Add(ParseSequence());
        }

        _depth--;
        return alternatives.Count == 1 ? alternatives[0] : new PatternNode.Choice(alternatives);
    }

    private PatternNode ParseSequence()
    {
        var parts = new List<PatternNode>();
        while (HasMore && Current is not '|' and not ')')
        {
            if (ParseAtom() is { } atom)
            {
                parts.Add(ParseQuantifiers(atom));
            }
        }

        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private PatternNode? ParseAtom()
    {
        int point = _points[_next++];
        switch (point)
        {
            case '(':
                return ParseGroup();
            case '[':
                return new PatternNode.Points(ParseClass());
            case '.':
                bool all = _dotMatchesNewline;
                return new PatternNode.Points(new PointClass(other => all || other != '\n'));
            case '^':
                return new PatternNode.Anchor(PatternOperation.LineStart);
            case '$':
                return new PatternNode.Anchor(PatternOperation.LineEnd);
            case '\\':
                return ParseEscape();
            case '*' or '+' or '?':
                throw Wrong("a quantifier has nothing to repeat");
            default:
                return Points(PointClass.Single(point));
        }
    }

    private PatternNode.Points Points(PointClass set) => new(_ignoreCase ? set.IgnoringCase() : set);

    private PatternNode? ParseGroup()
    {
        bool outerCase = _ignoreCase;
        bool outerDot = _dotMatchesNewline;
        if (!Take('?'))
        {
            return Close(ParseChoice(), outerCase, outerDot);
        }

        if (Take(':'))
        {
            return Close(ParseChoice(), outerCase, outerDot);
        }

        if (Take('>'))
        {
            return new PatternNode.Atomic(Close(ParseChoice(), outerCase, outerDot));
        }

        foreach ((string sign, bool behind, bool negated) in
            (ReadOnlySpan<(string, bool, bool)>)[("=", false, false), ("!", false, true), ("<=", true, false), ("<!", true, true)])
        {
            if (Take(sign))
            {
                return new PatternNode.Look(Close(ParseChoice(), outerCase, outerDot), behind, negated);
            }
        }

        ParseFlags();
        if (Take(')'))
        {
            return null;
        }

        return Take(':') ? Close(ParseChoice(), outerCase, outerDot) : throw Wrong("a group of this kind is not supported");
    }

    private PatternNode Close(PatternNode body, bool ignoreCase, bool dotMatchesNewline)
    {
        _ignoreCase = ignoreCase;
        _dotMatchesNewline = dotMatchesNewline;
        return Take(')') ? body : throw Wrong("a '(' is not closed");
    }

    private void ParseFlags()
    {
        bool on = true;
        while (HasMore && Current is not ')' and not ':')
        {
            switch (_points[_next++])
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    _ignoreCase = on;
                    break;
                case 'm' or 's':
                    _dotMatchesNewline = on;
                    break;
                default:
                    throw Wrong("a group of this kind is not supported");
            }
        }
    }

    private PatternNode ParseQuantifiers(PatternNode atom)
    {
        while (ParseCount(out int minimum, out int maximum, out bool braces))
        {
            RepeatKind kind = Take('?') ? RepeatKind.Lazy : !braces && Take('+') ? RepeatKind.Possessive : RepeatKind.Greedy;
            atom = new PatternNode.Repeat(atom, minimum, maximum, kind);
        }

        return atom;
    }

    private bool ParseCount(out int minimum, out int maximum, out bool braces)
    {
        (minimum, maximum, braces) = (0, int.MaxValue, false);
        if (Take('*'))
        {
            return true;
        }

        if (Take('+'))
        {
            minimum = 1;
            return true;
        }

        if (Take('?'))
        {
            maximum = 1;
            return true;
        }

        int start = _next;
        braces = Take('{');
        if (!braces)
        {
            return false;
        }

        bool hasMinimum = ParseNumber(out minimum);
        bool hasMaximum = false;
        bool comma = Take(',');
        maximum = minimum;
        if (comma)
        {
            hasMaximum = ParseNumber(out maximum);
            maximum = hasMaximum ? maximum : int.MaxValue;
        }

        if (!Take('}') || (!hasMinimum && !hasMaximum))
        {
            _next = start;
            // A brace that is no quantifier stands for itself.
            return false;
        }

        return minimum <= maximum ? true : throw Wrong("a quantifier's numbers are the wrong way round");
    }

    private bool ParseNumber(out int value)
    {
        value = 0;
        int start = _next;
        while (HasMore && Current is >= '0' and <= '9')
        {
            value = (value * 10) + (_points[_next++] - '0');
            if (value > MaximumCount)
            {
                throw Wrong($"it repeats more than {MaximumCount} times");
            }
        }

        return _next > start;
    }

    private PatternNode ParseEscape()
    {
        if (!HasMore)
        {
            throw Wrong("it ends with a backslash");
        }

        PatternOperation? anchor = Current switch
        {
            'b' => PatternOperation.WordBoundary,
            'B' => PatternOperation.NotWordBoundary,
            'A' => PatternOperation.TextStart,
            'z' => PatternOperation.TextEnd,
            _ => null,
        };
        if (anchor is { } kind)
        {
            _next++;
            return new PatternNode.Anchor(kind);
        }

        return Points(ParseEscapedClass(out int point) ?? PointClass.Single(point));
    }

    /// <summary>Reads what follows a backslash: a class, or else one code point.</summary>
    private PointClass? ParseEscapedClass(out int point)
    {
        if (!HasMore)
        {
            throw Wrong("it ends with a backslash");
        }

        point = _points[_next++];
        switch (point)
        {
            case 's':
                return new PointClass(CodePoints.IsWhiteSpace);
            case 'S':
                return new PointClass(CodePoints.IsWhiteSpace).Negate();
            case 'd':
                return PointClass.Categories(CodePoints.Mask(UnicodeCategory.DecimalDigitNumber));
            case 'D':
                return PointClass.Categories(CodePoints.Mask(UnicodeCategory.DecimalDigitNumber)).Negate();
            case 'w':
                return new PointClass(CodePoints.IsWord);
            case 'W':
                return new PointClass(CodePoints.IsWord).Negate();
            case 'h':
                return new PointClass(other => other < 0x80 && char.IsAsciiHexDigit((char)other));
            case 'p':
                return ParseProperty(negated: false);
            case 'P':
                return ParseProperty(negated: true);
        }

        point = point switch
        {
            'r' => '\r',
            'n' => '\n',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            '0' => 0,
            'x' => ParseHexadecimal(2),
            'u' => ParseHexadecimal(4),
            < 0x80 when char.IsAsciiLetterOrDigit((char)point) => throw Wrong($"\\{(char)point} is not supported"),
            _ => point,
        };
        return null;
    }

    private int ParseHexadecimal(int digits)
    {
        bool braces = Take('{');
        int most = braces ? 8 : digits;
        long value = 0;
        int count = 0;
        while (count < most && Current is >= 0 and < 0x80 && char.IsAsciiHexDigit((char)Current))
        {
            value = (value * 16) + Convert.ToInt32(((char)_points[_next++]).ToString(), 16);
            count++;
        }

        bool closed = !braces || Take('}');
        return closed && count > 0 && value <= 0x10FFFF ? (int)value : throw Wrong("a hexadecimal number is malformed");
    }

    private PointClass ParseProperty(bool negated)
    {
        string name;
        if (Take('{'))
        {
            negated ^= Take('^');
            int end = Array.IndexOf(_points, '}', _next);
            if (end < 0)
            {
                throw Wrong("a property's '{' is not closed");
            }

            name = CodePoints.Text(_points.AsSpan(_next, end - _next));
            _next = end + 1;
        }
        else
        {
            name = HasMore ? CodePoints.Text([_points[_next++]]) : "";
        }

        PointClass set = PointProperty.Find(name) ?? throw Wrong($"the property '{name}' is not known");
        return negated ? set.Negate() : set;
    }

    private PointClass ParseClass()
    {
        if (++_depth > MaximumDepth)
        {
            throw Wrong("it is nested too deeply");
        }

        bool negated = Take('^');
        PointClass? whole = null;
        PointClass? set = null;
        bool first = true;
        while (true)
        {
            if (!HasMore)
            {
                throw Wrong("a '[' is not closed");
            }

            if (!first && Take(']'))
            {
                break;
            }

            if (Take("&&"))
            {
                whole = Intersect(whole, set);
                set = null;
                continue;
            }

            PointClass item = ParseClassItem();
            set = set is null ? item : set.Or(item);
            first = false;
        }

        _depth--;
        PointClass result = Intersect(whole, set);
        // Folding comes before the negation: [^k] without case excludes the Kelvin sign too.
        result = _ignoreCase ? result.IgnoringCase() : result;
        return negated ? result.Negate() : result;
    }

    private static PointClass Intersect(PointClass? whole, PointClass? set)
    {
        PointClass right = set ?? new PointClass(_ => false);
        return whole is null ? right : whole.And(right);
    }

    private PointClass ParseClassItem()
    {
        if (Take("[:"))
        {
            return ParsePosixClass();
        }

        if (Take('['))
        {
            return ParseClass();
        }

        int first = _points[_next++];
        if (first == '\\' && ParseEscapedClass(out first) is { } escaped)
        {
            return escaped;
        }

        bool isRange = Current == '-' && _next + 1 < _points.Length && _points[_next + 1] is not ']' and not '[';
        if (!isRange)
        {
            return PointClass.Single(first);
        }

        _next++;
        int last = _points[_next++];
        if (last == '\\' && ParseEscapedClass(out last) is { } after)
        {
            return PointClass.Single(first).Or(PointClass.Single('-')).Or(after);
        }

        return first <= last ? PointClass.Range(first, last) : throw Wrong("a range's ends are the wrong way round");
    }

    private PointClass ParsePosixClass()
    {
        bool negated = Take('^');
        int end = Array.IndexOf(_points, ':', _next);
        if (end < 0 || end + 1 >= _points.Length || _points[end + 1] != ']')
        {
            throw Wrong("a '[:' is not closed");
        }

        string name = CodePoints.Text(_points.AsSpan(_next, end - _next));
        _next = end + 2;
        PointClass set = PointProperty.Find(name) ?? throw Wrong($"the class '{name}' is not known");
        return negated ? set.Negate() : set;
    }
}
