namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>Reads what repeats a part of a regular expression: <c>*</c>, <c>+</c>, <c>?</c> and numbers in braces, greedy, lazy or possessive.</summary>
internal sealed class QuantifierParser(PatternCursor cursor)
{
    private const int MaximumCount = 1000;

    /// <summary>The part with all quantifiers that follow it.</summary>
    public PatternNode Parse(PatternNode atom)
    {
        while (TryCount(out int minimum, out int maximum, out bool braces))
        {
            RepeatKind kind = cursor.Take('?') ? RepeatKind.Lazy : !braces && cursor.Take('+') ? RepeatKind.Possessive : RepeatKind.Greedy;
            atom = new PatternNode.Repeat(atom, minimum, maximum, kind);
        }

        return atom;
    }

    private bool TryCount(out int minimum, out int maximum, out bool braces)
    {
        (minimum, maximum, braces) = (0, int.MaxValue, false);
        if (cursor.Take('*'))
        {
            return true;
        }

        if (cursor.Take('+'))
        {
            minimum = 1;
            return true;
        }

        if (cursor.Take('?'))
        {
            maximum = 1;
            return true;
        }

        braces = cursor.Current == '{';
        return braces && TryBraces(out minimum, out maximum);
    }

    // A brace that is no quantifier stands for itself.
    private bool TryBraces(out int minimum, out int maximum)
    {
        int start = cursor.Position;
        _ = cursor.Take('{');
        bool hasMinimum = TryNumber(out minimum);
        bool hasMaximum = false;
        maximum = minimum;
        if (cursor.Take(','))
        {
            hasMaximum = TryNumber(out maximum);
            maximum = hasMaximum ? maximum : int.MaxValue;
        }

        if (!cursor.Take('}') || (!hasMinimum && !hasMaximum))
        {
            cursor.Position = start;
            return false;
        }

        return minimum <= maximum ? true : throw cursor.Wrong("a quantifier's numbers are the wrong way round");
    }

    private bool TryNumber(out int value)
    {
        value = 0;
        int start = cursor.Position;
        while (cursor.Current is >= '0' and <= '9')
        {
            value = (value * 10) + (cursor.Next() - '0');
            if (value > MaximumCount)
            {
                throw cursor.Wrong($"it repeats more than {MaximumCount} times");
            }
        }

        return cursor.Position > start;
    }
}
