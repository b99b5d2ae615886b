using System.Globalization;

namespace TaskVectors.Algebra.Expressions;

/// <summary>Reads the words of an expression: blanks, numbers, names, quoted text. Knows where it stands, for errors.</summary>
internal sealed class ExpressionReader(string text)
{
    /// <summary>The index of the next character.</summary>
    public int Position { get; set; }

    public string ReadQuoted()
    {
        int start = Position++;
        var content = new System.Text.StringBuilder();
        for (; Position < text.Length && text[Position] != '"'; Position++)
        {
            if (text[Position] == '\\' && Position + 1 < text.Length)
            {
                Position++;
            }

            _ = content.Append(text[Position]);
        }

        if (Position >= text.Length)
        {
            throw new ExpressionException(text, start, "A double quote is not closed.");
        }

        Position++;
        return content.ToString();
    }

    public double ReadSignedNumber()
    {
        int sign = 1;
        while (Peek() is '-' or '+')
        {
            sign = text[Position++] == '-' ? -sign : sign;
        }

        SkipBlanks();
        return Position < text.Length && (char.IsAsciiDigit(text[Position]) || text[Position] == '.')
            ? sign * ReadNumber()
            : throw Error("A number is missing here.");
    }

    public double ReadNumber()
    {
        int start = Position;
        while (Position < text.Length && (char.IsAsciiDigit(text[Position]) || text[Position] == '.'))
        {
            Position++;
        }

        SkipExponent();
        ReadOnlySpan<char> digits = text.AsSpan(start, Position - start);
        if (!ExpressionSyntax.TryParseNumber(digits, out double number))
        {
            throw new ExpressionException(text, start, $"'{digits}' is not a number.");
        }

        return double.IsFinite(number) ? number : throw new ExpressionException(text, start, $"The coefficient {digits} is infinite; coefficients must be finite numbers.");
    }

    private void SkipExponent()
    {
        int position = Position;
        if (position < text.Length && text[position] is 'e' or 'E')
        {
            position++;
            position += position < text.Length && text[position] is '+' or '-' ? 1 : 0;
            int digits = position;
            while (position < text.Length && char.IsAsciiDigit(text[position]))
            {
                position++;
            }

            Position = position > digits ? position : Position;
        }
    }

    public string ReadValue()
    {
        if (Peek() == '"')
        {
            return ReadQuoted();
        }

        int start = Position;
        while (Position < text.Length && text[Position] is not (',' or ')' or ']' or '(' or '[' or '"') && !char.IsWhiteSpace(text[Position]))
        {
            Position++;
        }

        return Position > start ? text[start..Position] : throw Error("A value is missing here.");
    }

    public string ReadIdentifier()
    {
        int start = Position;
        if (!ExpressionSyntax.IsNameStart(text[start]))
        {
            throw Error($"Unexpected '{text[start]}' where a model, a number or '(' should stand.");
        }

        while (Position < text.Length && ExpressionSyntax.IsNamePart(text[Position]))
        {
            Position++;
        }

        return text[start..Position];
    }

    public char Peek()
    {
        SkipBlanks();
        return Position < text.Length ? text[Position] : '\0';
    }

    public void SkipBlanks()
    {
        while (Position < text.Length && char.IsWhiteSpace(text[Position]))
        {
            Position++;
        }
    }

    public void Expect(char character, string problem)
    {
        if (Peek() != character)
        {
            throw Error(string.Create(CultureInfo.InvariantCulture, $"'{character}' is missing: {problem}."));
        }

        Position++;
    }

    public ExpressionException Error(string problem) => new(text, Position, problem);
}
