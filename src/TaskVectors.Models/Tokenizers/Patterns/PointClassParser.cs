namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>Reads a class in brackets: points, ranges, escapes, POSIX names, classes within, and intersections.</summary>
internal sealed class PointClassParser(PatternCursor cursor, EscapeParser escapes)
{
    /// <summary>Reads a class whose opening bracket has been read.</summary>
    /// <param name="ignoreCase">Whether case is folded.</param>
    public PointClass Parse(bool ignoreCase)
    {
        cursor.Enter();
        bool negated = cursor.Take('^');
        PointClass? whole = null;
        PointClass? set = null;
        bool first = true;
        while (first || !cursor.Take(']'))
        {
            if (!cursor.HasMore)
            {
                throw cursor.Wrong("a '[' is not closed");
            }

            if (cursor.Take("&&"))
            {
                whole = Intersect(whole, set);
                set = null;
                continue;
            }

            PointClass item = ParseItem(ignoreCase);
            set = set is null ? item : set.Or(item);
            first = false;
        }

        cursor.Leave();
        PointClass result = Intersect(whole, set);
        // Folding comes before the negation: [^k] without case excludes the Kelvin sign too.
        result = ignoreCase ? result.IgnoringCase() : result;
        return negated ? result.Negate() : result;
    }

    private static PointClass Intersect(PointClass? whole, PointClass? set)
    {
        PointClass right = set ?? new PointClass(_ => false);
        return whole is null ? right : whole.And(right);
    }

    private PointClass ParseItem(bool ignoreCase)
    {
        if (cursor.Take("[:"))
        {
            return ParsePosixClass();
        }

        if (cursor.Take('['))
        {
            return Parse(ignoreCase);
        }

        int first = cursor.Next();
        if (first == '\\' && escapes.ParseClass(out first) is { } escaped)
        {
            return escaped;
        }

        bool isRange = cursor.Current == '-' && cursor.Peek(1) is not (-1 or ']' or '[');
        return isRange ? ParseRange(first) : PointClass.Single(first);
    }

    private PointClass ParseRange(int first)
    {
        _ = cursor.Take('-');
        int last = cursor.Next();
        if (last == '\\' && escapes.ParseClass(out last) is { } after)
        {
            return PointClass.Single(first).Or(PointClass.Single('-')).Or(after);
        }

        return first <= last ? PointClass.Range(first, last) : throw cursor.Wrong("a range's ends are the wrong way round");
    }

    private PointClass ParsePosixClass()
    {
        bool negated = cursor.Take('^');
        string name = cursor.TakeUntil(":]") ?? throw cursor.Wrong("a '[:' is not closed");
        PointClass set = PointProperty.Find(name) ?? throw cursor.Wrong($"the class '{name}' is not known");
        return negated ? set.Negate() : set;
    }
}
