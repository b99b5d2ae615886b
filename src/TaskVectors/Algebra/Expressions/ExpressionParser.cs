using System.Collections.Immutable;
using System.Globalization;

namespace TaskVectors.Algebra.Expressions;

/// <summary>Recursive descent over the grammar of <see cref="EditExpression"/>; evaluates as it reads.</summary>
internal sealed class ExpressionParser(string text, ExpressionModels models)
{
    private const int MaximumDepth = 256;

    private static readonly string[] Functions = ["scale", "only", "except", "sum", "weighted"];

    private static readonly System.Buffers.SearchValues<char> PatternEnds = System.Buffers.SearchValues.Create(" \t\r\n,()*\"/+");

    private int _position;
    private int _depth;

    public static bool IsFunction(string name) => Functions.Contains(name, StringComparer.Ordinal);

    private IEnumerable<string> AllFunctions => Functions.Concat(models.Functions);

    public ExpressionValue Parse()
    {
        SkipBlanks();
        if (_position == text.Length)
        {
            throw Error("The expression is empty; write one such as base + 0.5*(finetuned - base).");
        }

        ExpressionValue value = ParseSum();
        return _position == text.Length
            ? value
            : throw Error($"Unexpected '{text[_position]}' after the end of the expression; an operator (+, -, *, /) is missing.");
    }

    private ExpressionValue ParseSum()
    {
        ExpressionValue left = ParseProduct();
        while (Peek() is '+' or '-')
        {
            int position = _position;
            bool add = text[_position++] == '+';
            ExpressionValue right = ParseProduct();
            left = Sum(left, add ? right : Scale(right, -1), position);
        }

        return left;
    }

    private ExpressionValue ParseProduct()
    {
        ExpressionValue left = ParseUnary();
        while (Peek() is '*' or '/')
        {
            int position = _position;
            bool multiply = text[_position++] == '*';
            ExpressionValue right = ParseUnary();
            left = multiply ? Product(left, right, position) : Quotient(left, right, position);
        }

        return left;
    }

    private ExpressionValue ParseUnary()
    {
        Enter();
        ExpressionValue value;
        switch (Peek())
        {
            case '-':
                _position++;
                value = Scale(ParseUnary(), -1);
                break;
            case '+':
                _position++;
                value = ParseUnary();
                break;
            default:
                value = ParsePrimary();
                break;
        }

        _depth--;
        return value;
    }

    private ExpressionValue ParsePrimary()
    {
        SkipBlanks();
        if (_position == text.Length)
        {
            throw Error("The expression ends where a model, a number or '(' should stand.");
        }

        char next = text[_position];
        if (next == '(')
        {
            _position++;
            ExpressionValue inner = ParseSum();
            Expect(')', "a parenthesis is not closed");
            return inner;
        }

        if (char.IsAsciiDigit(next) || next == '.')
        {
            return new ExpressionValue.Number(ParseNumber());
        }

        return next == '"' ? Model(_position, ParseQuoted()) : ParseNameOrCall();
    }

    private ExpressionValue ParseNameOrCall()
    {
        int start = _position;
        if (LongestKnownName() is { } known && !IsCallOfFunction(start, known))
        {
            _position += known.Length;
            return Model(start, known);
        }

        string name = ParseIdentifier();
        if (Peek() == '(' && IsFunction(name))
        {
            _position++;
            return ParseCall(name, start);
        }

        if (Peek() == '(' && models.TryGetFunction(name, out FunctionForms function))
        {
            _position++;
            return ParseFunctionCall(name, function, start);
        }

        return Peek() == '('
            ? throw new ExpressionException(text, start, $"Unknown function '{name}'.{SimilarNames.Question(name, AllFunctions)} The functions are {string.Join(", ", AllFunctions)}.")
            : Model(start, name);
    }

    // A model may share its name with a function: only a call has a parenthesis behind the name.
    private bool IsCallOfFunction(int start, string name) =>
        models.TryGetFunction(name, out _) && text.AsSpan(start + name.Length).TrimStart().StartsWith("(");

    private ExpressionValue.Form ParseFunctionCall(string name, FunctionForms function, int start)
    {
        Enter();
        var operands = ImmutableArray.CreateBuilder<(ExpressionValue.Form Form, int Start)>();
        var arguments = ImmutableArray.CreateBuilder<ExpressionArgument>();
        bool more = Peek() != ')';
        while (more)
        {
            if (ParameterNameHere() is { } parameter)
            {
                _position += parameter.Length;
                Expect(':', $"the parameter {parameter} needs a value");
                arguments.Add(ParseValues(parameter));
            }
            else
            {
                SkipBlanks();
                int position = _position;
                operands.Add((RequireForm(ParseSum(), position, name), position));
            }

            more = Peek() == ',';
            _position += more ? 1 : 0;
        }

        Expect(')', $"the arguments of {name}(...) are not closed");
        _depth--;
        return operands.Count > 0
            ? Call(name, function, operands.ToImmutable(), arguments.ToImmutable())
            : throw new ExpressionException(
                text, start, function.OfVectors is null ? $"{name}(...) needs models, as in {name}(a, b)." : $"{name}(...) needs a task vector, as in {name}(a - base, b - base).");
    }

    // The first operand decides whether the call is one over task vectors or over models.
    private ExpressionValue.Form Call(
        string name, FunctionForms function, ImmutableArray<(ExpressionValue.Form Form, int Start)> operands, ImmutableArray<ExpressionArgument> arguments)
    {
        if (function.OfVectors is { } ofVectors && (function.OfModels is null || operands[0].Form.IsVector))
        {
            ImmutableArray<TaskVector> vectors = [.. operands.Select((operand, index) => operand.Form.IsVector
                ? new TaskVector(operand.Form.Affine)
                : throw new ExpressionException(text, operand.Start, $"{name}(...) takes task vectors, such as a - base; argument {index + 1} is a model."))];
            return new ExpressionValue.Form(ofVectors(new ExpressionCall(name, vectors, [], arguments)).Form, 0);
        }

        ImmutableArray<Checkpoint> points = [.. operands.Select((operand, index) => operand.Form.IsPoint
            ? new Checkpoint(operand.Form.Affine)
            : throw new ExpressionException(text, operand.Start, $"{name}(...) takes models{(function.OfVectors is null ? string.Empty : " here, like its first argument")}; argument {index + 1} is none."))];
        return new ExpressionValue.Form(function.OfModels!(new ExpressionCall(name, [], points, arguments)).Form, 1);
    }

    // Names of models may hold colons: one that stands here and reaches beyond the colon is a model.
    private string? ParameterNameHere()
    {
        SkipBlanks();
        int end = _position;
        while (end < text.Length && ExpressionSyntax.IsParameterPart(text[end]))
        {
            end++;
        }

        string name = text[_position..end];
        bool isParameter = ExpressionSyntax.IsParameterName(name) && text.AsSpan(end).TrimStart().StartsWith(":");
        return isParameter && (LongestKnownName()?.Length ?? 0) <= name.Length ? name : null;
    }

    private ExpressionArgument ParseValues(string parameter)
    {
        if (Peek() != '[')
        {
            return new ExpressionArgument(parameter, [ParseValue()], IsList: false);
        }

        _position++;
        var values = ImmutableArray.CreateBuilder<string>();
        bool more = Peek() != ']';
        while (more)
        {
            values.Add(ParseValue());
            more = Peek() == ',';
            _position += more ? 1 : 0;
        }

        Expect(']', $"the values of {parameter} are not closed");
        return new ExpressionArgument(parameter, values.ToImmutable(), IsList: true);
    }

    private string ParseValue()
    {
        if (Peek() == '"')
        {
            return ParseQuoted();
        }

        int start = _position;
        while (_position < text.Length && text[_position] is not (',' or ')' or ']' or '(' or '[' or '"') && !char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        return _position > start ? text[start.._position] : throw Error("A value is missing here.");
    }

    private string ParseIdentifier()
    {
        int start = _position;
        if (!ExpressionSyntax.IsNameStart(text[start]))
        {
            throw Error($"Unexpected '{text[start]}' where a model, a number or '(' should stand.");
        }

        while (_position < text.Length && ExpressionSyntax.IsNamePart(text[_position]))
        {
            _position++;
        }

        return text[start.._position];
    }

    // Names may hold characters that are operators elsewhere (gpt2-toxic): the longest declared name that stands here wins.
    private string? LongestKnownName() =>
        models.Names
            .Where(name => text.AsSpan(_position).StartsWith(name, StringComparison.Ordinal) && EndsHere(_position + name.Length))
            .MaxBy(name => name.Length);

    private bool EndsHere(int position) => position == text.Length || !ExpressionSyntax.IsNamePart(text[position]);

    private ExpressionValue ParseCall(string function, int start)
    {
        Enter();
        ExpressionValue.Form first = RequireForm(function == "sum" ? ParseSummand() : ParseSum(), start, function);
        ExpressionValue value = function switch
        {
            "scale" => ApplyRules(first, new ScalingRules(ParseScalingRules())),
            "only" => Restrict(first, new TensorFilter(ParsePatterns(), []), start),
            "except" => Restrict(first, new TensorFilter([], ParsePatterns()), start),
            "sum" => ParseSumArguments(first, start),
            _ => first with { Weight = first.IsVector ? 0 : 1 },
        };
        Expect(')', $"the arguments of {function}(...) are not closed");
        _depth--;
        return value;
    }

    private ExpressionValue.Form ParseSumArguments(ExpressionValue.Form first, int start)
    {
        ExpressionValue sum = first;
        while (Peek() == ',')
        {
            int position = _position++;
            sum = Sum(sum, ParseSummand(), position);
        }

        return RequireForm(sum, start, "sum");
    }

    // unique:* in sum(...) is every model whose name begins so. A '*' before ',' or ')' is no multiplication.
    private ExpressionValue ParseSummand()
    {
        SkipBlanks();
        int start = _position;
        int length = text.AsSpan(start).IndexOfAny(PatternEnds);
        if (length < 0 || text[start + length] != '*')
        {
            return ParseSum();
        }

        _position = start + length + 1;
        if (Peek() is not (',' or ')'))
        {
            _position = start;
            return ParseSum();
        }

        string prefix = text.Substring(start, length);
        ExpressionValue[] matching = [.. models.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => Model(start, name))];
        return matching.Length > 0
            ? matching.Aggregate((left, right) => Sum(left, right, start))
            : throw new ExpressionException(text, start, $"No model's name begins with '{prefix}'; the models are {string.Join(", ", models.Names)}.");
    }

    private ImmutableArray<ScalingRule> ParseScalingRules()
    {
        var rules = ImmutableArray.CreateBuilder<ScalingRule>();
        while (Peek() == ',')
        {
            _position++;
            NamePattern pattern = ParsePattern();
            Expect(':', "a pattern of scale(...) needs a coefficient, as in \"mlp\": 0.5");
            rules.Add(new ScalingRule(pattern, ParseSignedNumber()));
        }

        return rules.Count > 0 ? rules.ToImmutable() : throw Error("scale(...) needs at least one pattern and coefficient, as in scale(x, \"mlp\": 0.5).");
    }

    private ImmutableArray<NamePattern> ParsePatterns()
    {
        var patterns = ImmutableArray.CreateBuilder<NamePattern>();
        while (Peek() == ',')
        {
            _position++;
            patterns.Add(ParsePattern());
        }

        return patterns.Count > 0 ? patterns.ToImmutable() : throw Error("A tensor pattern in double quotes is missing, as in only(x, \"mlp\").");
    }

    private NamePattern ParsePattern()
    {
        if (Peek() != '"')
        {
            throw Error("A tensor pattern stands in double quotes, as in \"mlp\" or \"*.weight\".");
        }

        int start = _position;
        string pattern = ParseQuoted();
        return pattern.Length > 0 ? new NamePattern(pattern) : throw new ExpressionException(text, start, "A tensor pattern is empty; write \"*\" for every tensor.");
    }

    private string ParseQuoted()
    {
        int start = _position++;
        var content = new System.Text.StringBuilder();
        for (; _position < text.Length && text[_position] != '"'; _position++)
        {
            if (text[_position] == '\\' && _position + 1 < text.Length)
            {
                _position++;
            }

            _ = content.Append(text[_position]);
        }

        if (_position >= text.Length)
        {
            throw new ExpressionException(text, start, "A double quote is not closed.");
        }

        _position++;
        return content.ToString();
    }

    private double ParseSignedNumber()
    {
        int sign = 1;
        while (Peek() is '-' or '+')
        {
            sign = text[_position++] == '-' ? -sign : sign;
        }

        SkipBlanks();
        return _position < text.Length && (char.IsAsciiDigit(text[_position]) || text[_position] == '.')
            ? sign * ParseNumber()
            : throw Error("A number is missing here.");
    }

    private double ParseNumber()
    {
        int start = _position;
        while (_position < text.Length && (char.IsAsciiDigit(text[_position]) || text[_position] == '.'))
        {
            _position++;
        }

        SkipExponent();
        ReadOnlySpan<char> digits = text.AsSpan(start, _position - start);
        if (!ExpressionSyntax.TryParseNumber(digits, out double number))
        {
            throw new ExpressionException(text, start, $"'{digits}' is not a number.");
        }

        return double.IsFinite(number) ? number : throw new ExpressionException(text, start, $"The coefficient {digits} is infinite; coefficients must be finite numbers.");
    }

    private void SkipExponent()
    {
        int position = _position;
        if (position < text.Length && text[position] is 'e' or 'E')
        {
            position++;
            position += position < text.Length && text[position] is '+' or '-' ? 1 : 0;
            int digits = position;
            while (position < text.Length && char.IsAsciiDigit(text[position]))
            {
                position++;
            }

            _position = position > digits ? position : _position;
        }
    }

    private ExpressionValue Model(int start, string name)
    {
        if (models.TryGet(name, out ExpressionValue value))
        {
            return value;
        }

        string known = models.Names.Count == 0 ? "No model is named" : $"The models are {string.Join(", ", models.Names)}";
        bool notFinite = name.Equals("nan", StringComparison.OrdinalIgnoreCase) || name.StartsWith("inf", StringComparison.OrdinalIgnoreCase);
        string hint = notFinite ? " Coefficients must be finite numbers." : SimilarNames.Question(name, models.Names);
        throw new ExpressionException(text, start, $"Unknown model '{name}'.{hint} {known}; name others with --model NAME=PATH.");
    }

    private ExpressionValue Sum(ExpressionValue left, ExpressionValue right, int position) => (left, right) switch
    {
        (ExpressionValue.Number a, ExpressionValue.Number b) => Number(a.Value + b.Value, position),
        (ExpressionValue.Form a, ExpressionValue.Form b) => new ExpressionValue.Form(AddForms(a, b), a.Weight + b.Weight),
        _ => throw new ExpressionException(text, position, "A number cannot be added to a model; multiply a task vector by it instead, as in 0.5*(a - b)."),
    };

    // A difference of checkpoints is relative to the one subtracted; a sum keeps the anchor of its leftmost checkpoint.
    private static AffineForm AddForms(ExpressionValue.Form left, ExpressionValue.Form right)
    {
        AffineForm sum = left.Affine.Add(right.Affine);
        bool isDifference = !left.IsVector && new ExpressionValue.Form(sum, left.Weight + right.Weight).IsVector;
        bool rightIsAnchor = isDifference ? right.Weight < 0 : left.IsVector && !right.IsVector;
        return rightIsAnchor ? sum.WithAnchor(right.Affine.Anchor) : sum;
    }

    private ExpressionValue Product(ExpressionValue left, ExpressionValue right, int position) => (left, right) switch
    {
        (ExpressionValue.Number a, ExpressionValue.Number b) => Number(a.Value * b.Value, position),
        (ExpressionValue.Number a, ExpressionValue.Form b) => Scale(b, a.Value),
        (ExpressionValue.Form a, ExpressionValue.Number b) => Scale(a, b.Value),
        _ => throw new ExpressionException(text, position, "Two models cannot be multiplied; one side of '*' must be a number."),
    };

    private ExpressionValue Quotient(ExpressionValue left, ExpressionValue right, int position) => (left, right) switch
    {
        (_, ExpressionValue.Number { Value: 0 }) => throw new ExpressionException(text, position, "Division by zero."),
        (ExpressionValue.Number a, ExpressionValue.Number b) => Number(a.Value / b.Value, position),
        (ExpressionValue.Form a, ExpressionValue.Number b) => Scale(a, Number(1 / b.Value, position).Value),
        _ => throw new ExpressionException(text, position, "Only a number can stand behind '/'."),
    };

    private ExpressionValue.Number Number(double value, int position) =>
        double.IsFinite(value) ? new ExpressionValue.Number(value) : throw new ExpressionException(text, position, "The coefficient is not a finite number.");

    private static ExpressionValue Scale(ExpressionValue value, double factor) => value switch
    {
        ExpressionValue.Number number => new ExpressionValue.Number(number.Value * factor),
        ExpressionValue.Form form => new ExpressionValue.Form(form.Affine.Multiply(factor), form.Weight * factor),
        _ => value,
    };

    private static ExpressionValue.Form ApplyRules(ExpressionValue.Form form, ScalingRules rules) =>
        new(form.Affine.Scale(rules), form.IsVector ? 0 : null);

    private ExpressionValue.Form Restrict(ExpressionValue.Form form, TensorFilter filter, int start) => form switch
    {
        { IsVector: true } => form with { Affine = form.Affine.Scale(filter.ToRules()) },
        { IsPoint: true } => form with { Affine = form.Affine.RestrictTo(filter) },
        _ => throw new ExpressionException(text, start, "only(...) and except(...) take a task vector or an edited model."),
    };

    private ExpressionValue.Form RequireForm(ExpressionValue value, int start, string function) =>
        value as ExpressionValue.Form ?? throw new ExpressionException(text, start, $"{function}(...) takes a model or a task vector, not a number.");

    private char Peek()
    {
        SkipBlanks();
        return _position < text.Length ? text[_position] : '\0';
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }
    }

    private void Expect(char character, string problem)
    {
        if (Peek() != character)
        {
            throw Error(string.Create(CultureInfo.InvariantCulture, $"'{character}' is missing: {problem}."));
        }

        _position++;
    }

    private void Enter()
    {
        if (++_depth > MaximumDepth)
        {
            throw Error("The expression is nested too deeply.");
        }
    }

    private ExpressionException Error(string problem) => new(text, _position, problem);
}
