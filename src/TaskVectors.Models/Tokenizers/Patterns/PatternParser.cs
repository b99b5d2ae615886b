namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>
/// Reads a regular expression: alternatives, groups with <c>i</c> and <c>m</c>, look-around, classes with intersections, properties, and
/// quantifiers. Back references and names are refused.
/// </summary>
internal sealed class PatternParser
{
    private readonly PatternCursor _cursor;
    private readonly EscapeParser _escapes;
    private readonly PointClassParser _classes;
    private readonly QuantifierParser _quantifiers;
    private bool _ignoreCase;
    private bool _dotMatchesNewline;

    public PatternParser(string pattern)
    {
        _cursor = new PatternCursor(pattern);
        _escapes = new EscapeParser(_cursor);
        _classes = new PointClassParser(_cursor, _escapes);
        _quantifiers = new QuantifierParser(_cursor);
    }

    public static TokenizerException Unsupported(string pattern, string what) =>
        new("tokenizer.pattern", $"The pattern '{pattern}' cannot be used: {what}. Write it without, or convert the tokenizer.");

    public PatternNode Parse()
    {
        PatternNode node = ParseChoice();
        return !_cursor.HasMore ? node : throw _cursor.Wrong("a ')' has no '('");
    }

    private PatternNode ParseChoice()
    {
        _cursor.Enter();
        var alternatives = new List<PatternNode> { ParseSequence() };
        while (_cursor.Take('|'))
        {
            alternatives.Add(ParseSequence());
        }

        _cursor.Leave();
        return alternatives.Count == 1 ? alternatives[0] : new PatternNode.Choice(alternatives);
    }

    private PatternNode ParseSequence()
    {
        var parts = new List<PatternNode>();
        while (_cursor.HasMore && _cursor.Current is not '|' and not ')')
        {
            if (ParseAtom() is { } atom)
            {
                parts.Add(_quantifiers.Parse(atom));
            }
        }

        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    private PatternNode? ParseAtom()
    {
        int point = _cursor.Next();
        switch (point)
        {
            case '(':
                return ParseGroup();
            case '[':
                return new PatternNode.Points(_classes.Parse(_ignoreCase));
            case '.':
                bool all = _dotMatchesNewline;
                return new PatternNode.Points(new PointClass(other => all || other != '\n'));
            case '^':
                return new PatternNode.Anchor(PatternOperation.LineStart);
            case '$':
                return new PatternNode.Anchor(PatternOperation.LineEnd);
            case '\\':
                return _escapes.TakeAnchor() is { } anchor ? new PatternNode.Anchor(anchor) : Points(_escapes.ParseClass(out point) ?? PointClass.Single(point));
            case '*' or '+' or '?':
                throw _cursor.Wrong("a quantifier has nothing to repeat");
            default:
                return Points(PointClass.Single(point));
        }
    }

    private PatternNode.Points Points(PointClass set) => new(_ignoreCase ? set.IgnoringCase() : set);

    private PatternNode? ParseGroup()
    {
        bool outerCase = _ignoreCase;
        bool outerDot = _dotMatchesNewline;
        if (!_cursor.Take('?') || _cursor.Take(':'))
        {
            return Close(ParseChoice(), outerCase, outerDot);
        }

        if (_cursor.Take('>'))
        {
            return new PatternNode.Atomic(Close(ParseChoice(), outerCase, outerDot));
        }

        foreach ((string sign, bool behind, bool negated) in
            (ReadOnlySpan<(string, bool, bool)>)[("=", false, false), ("!", false, true), ("<=", true, false), ("<!", true, true)])
        {
            if (_cursor.Take(sign))
            {
                return new PatternNode.Look(Close(ParseChoice(), outerCase, outerDot), behind, negated);
            }
        }

        ParseFlags();
        if (_cursor.Take(')'))
        {
            return null;
        }

        return _cursor.Take(':') ? Close(ParseChoice(), outerCase, outerDot) : throw _cursor.Wrong("a group of this kind is not supported");
    }

    private PatternNode Close(PatternNode body, bool ignoreCase, bool dotMatchesNewline)
    {
        _ignoreCase = ignoreCase;
        _dotMatchesNewline = dotMatchesNewline;
        return _cursor.Take(')') ? body : throw _cursor.Wrong("a '(' is not closed");
    }

    private void ParseFlags()
    {
        bool on = true;
        while (_cursor.HasMore && _cursor.Current is not ')' and not ':')
        {
            switch (_cursor.Next())
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
                    throw _cursor.Wrong("a group of this kind is not supported");
            }
        }
    }
}
