using System.Collections.Immutable;

namespace TaskVectors.Algebra.Expressions;

/// <summary>Recursive descent over the grammar of <see cref="EditExpression"/>; evaluates as it reads.</summary>
internal sealed class ExpressionParser(string text, ExpressionModels models)
{
    private const int MaximumDepth = 256;

    private static readonly string[] Functions = ["scale", "only", "except", "sum", "weighted"];

    private static readonly System.Buffers.SearchValues<char> PatternEnds = System.Buffers.SearchValues.Create(" \t\r\n,()*\"/+");

    private readonly ExpressionReader _reader = new(text);
    private readonly ExpressionArithmetic _arithmetic = new(text);
    private int _depth;

    public static bool IsFunction(string name) => Functions.Contains(name, StringComparer.Ordinal);

    private IEnumerable<string> AllFunctions => Functions.Concat(models.Functions);

    public ExpressionValue Parse()
    {
        _reader.SkipBlanks();
        if (_reader.Position == text.Length)
        {
            throw _reader.Error("The expression is empty; write one such as base + 0.5*(finetuned - base).");
        }

        ExpressionValue value = ParseSum();
        return _reader.Position == text.Length
            ? value
            : throw _reader.Error($"Unexpected '{text[_reader.Position]}' after the end of the expression; an operator (+, -, *, /) is missing.");
    }

    private ExpressionValue ParseSum()
    {
        ExpressionValue left = ParseProduct();
        while (_reader.Peek() is '+' or '-')
        {
            int position = _reader.Position;
            bool add = text[_reader.Position++] == '+';
            ExpressionValue right = ParseProduct();
            left = _arithmetic.Sum(left, add ? right : ExpressionArithmetic.Scale(right, -1), position);
        }

        return left;
    }

    private ExpressionValue ParseProduct()
    {
        ExpressionValue left = ParseUnary();
        while (_reader.Peek() is '*' or '/')
        {
            int position = _reader.Position;
            bool multiply = text[_reader.Position++] == '*';
            ExpressionValue right = ParseUnary();
            left = multiply ? _arithmetic.Product(left, right, position) : _arithmetic.Quotient(left, right, position);
        }

        return left;
    }

    private ExpressionValue ParseUnary()
    {
        Enter();
        ExpressionValue value;
        switch (_reader.Peek())
        {
            case '-':
                _reader.Position++;
                value = ExpressionArithmetic.Scale(ParseUnary(), -1);
                break;
            case '+':
                _reader.Position++;
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
        _reader.SkipBlanks();
        if (_reader.Position == text.Length)
        {
            throw _reader.Error("The expression ends where a model, a number or '(' should stand.");
        }

        char next = text[_reader.Position];
        if (next == '(')
        {
            _reader.Position++;
            ExpressionValue inner = ParseSum();
            _reader.Expect(')', "a parenthesis is not closed");
            return inner;
        }

        if (char.IsAsciiDigit(next) || next == '.')
        {
            return new ExpressionValue.Number(_reader.ReadNumber());
        }

        return next == '"' ? Model(_reader.Position, _reader.ReadQuoted()) : ParseNameOrCall();
    }

    private ExpressionValue ParseNameOrCall()
    {
        int start = _reader.Position;
        if (LongestKnownName() is { } known && !IsCallOfFunction(start, known))
        {
            _reader.Position += known.Length;
            return Model(start, known);
        }

        string name = _reader.ReadIdentifier();
        if (_reader.Peek() == '(' && IsFunction(name))
        {
            _reader.Position++;
            return ParseCall(name, start);
        }

        if (_reader.Peek() == '(' && models.TryGetFunction(name, out FunctionForms function))
        {
            _reader.Position++;
            return ParseFunctionCall(name, function, start);
        }

        return _reader.Peek() == '('
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
        bool more = _reader.Peek() != ')';
        while (more)
        {
            if (ParameterNameHere() is { } parameter)
            {
                _reader.Position += parameter.Length;
                _reader.Expect(':', $"the parameter {parameter} needs a value");
                arguments.Add(ParseValues(parameter));
            }
            else
            {
                _reader.SkipBlanks();
                int position = _reader.Position;
                operands.Add((_arithmetic.RequireForm(ParseSum(), position, name), position));
            }

            more = _reader.Peek() == ',';
            _reader.Position += more ? 1 : 0;
        }

        _reader.Expect(')', $"the arguments of {name}(...) are not closed");
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
        _reader.SkipBlanks();
        int end = _reader.Position;
        while (end < text.Length && ExpressionSyntax.IsParameterPart(text[end]))
        {
            end++;
        }

        string name = text[_reader.Position..end];
        bool isParameter = ExpressionSyntax.IsParameterName(name) && text.AsSpan(end).TrimStart().StartsWith(":");
        return isParameter && (LongestKnownName()?.Length ?? 0) <= name.Length ? name : null;
    }

    private ExpressionArgument ParseValues(string parameter)
    {
        if (_reader.Peek() != '[')
        {
            return new ExpressionArgument(parameter, [_reader.ReadValue()], IsList: false);
        }

        _reader.Position++;
        var values = ImmutableArray.CreateBuilder<string>();
        bool more = _reader.Peek() != ']';
        while (more)
        {
            values.Add(_reader.ReadValue());
            more = _reader.Peek() == ',';
            _reader.Position += more ? 1 : 0;
        }

        _reader.Expect(']', $"the values of {parameter} are not closed");
        return new ExpressionArgument(parameter, values.ToImmutable(), IsList: true);
    }

    // Names may hold characters that are operators elsewhere (gpt2-toxic): the longest declared name that stands here wins.
    private string? LongestKnownName() =>
        models.Names
            .Where(name => text.AsSpan(_reader.Position).StartsWith(name, StringComparison.Ordinal) && EndsHere(_reader.Position + name.Length))
            .MaxBy(name => name.Length);

    private bool EndsHere(int position) => position == text.Length || !ExpressionSyntax.IsNamePart(text[position]);

    private ExpressionValue ParseCall(string function, int start)
    {
        Enter();
        ExpressionValue.Form first = _arithmetic.RequireForm(function == "sum" ? ParseSummand() : ParseSum(), start, function);
        ExpressionValue value = function switch
        {
            "scale" => ExpressionArithmetic.ApplyRules(first, new ScalingRules(ParseScalingRules())),
            "only" => _arithmetic.Restrict(first, new TensorFilter(ParsePatterns(), []), start),
            "except" => _arithmetic.Restrict(first, new TensorFilter([], ParsePatterns()), start),
            "sum" => ParseSumArguments(first, start),
            _ => first with { Weight = first.IsVector ? 0 : 1 },
        };
        _reader.Expect(')', $"the arguments of {function}(...) are not closed");
        _depth--;
        return value;
    }

    private ExpressionValue.Form ParseSumArguments(ExpressionValue.Form first, int start)
    {
        ExpressionValue sum = first;
        while (_reader.Peek() == ',')
        {
            int position = _reader.Position++;
            sum = _arithmetic.Sum(sum, ParseSummand(), position);
        }

        return _arithmetic.RequireForm(sum, start, "sum");
    }

    // unique:* in sum(...) is every model whose name begins so. A '*' before ',' or ')' is no multiplication.
    private ExpressionValue ParseSummand()
    {
        _reader.SkipBlanks();
        int start = _reader.Position;
        int length = text.AsSpan(start).IndexOfAny(PatternEnds);
        if (length < 0 || text[start + length] != '*')
        {
            return ParseSum();
        }

        _reader.Position = start + length + 1;
        if (_reader.Peek() is not (',' or ')'))
        {
            _reader.Position = start;
            return ParseSum();
        }

        string prefix = text.Substring(start, length);
        ExpressionValue[] matching = [.. models.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => Model(start, name))];
        return matching.Length > 0
            ? matching.Aggregate((left, right) => _arithmetic.Sum(left, right, start))
            : throw new ExpressionException(text, start, $"No model's name begins with '{prefix}'; the models are {string.Join(", ", models.Names)}.");
    }

    private ImmutableArray<ScalingRule> ParseScalingRules()
    {
        var rules = ImmutableArray.CreateBuilder<ScalingRule>();
        while (_reader.Peek() == ',')
        {
            _reader.Position++;
            NamePattern pattern = ParsePattern();
            _reader.Expect(':', "a pattern of scale(...) needs a coefficient, as in \"mlp\": 0.5");
            rules.Add(new ScalingRule(pattern, _reader.ReadSignedNumber()));
        }

        return rules.Count > 0 ? rules.ToImmutable() : throw _reader.Error("scale(...) needs at least one pattern and coefficient, as in scale(x, \"mlp\": 0.5).");
    }

    private ImmutableArray<NamePattern> ParsePatterns()
    {
        var patterns = ImmutableArray.CreateBuilder<NamePattern>();
        while (_reader.Peek() == ',')
        {
            _reader.Position++;
            patterns.Add(ParsePattern());
        }

        return patterns.Count > 0 ? patterns.ToImmutable() : throw _reader.Error("A tensor pattern in double quotes is missing, as in only(x, \"mlp\").");
    }

    private NamePattern ParsePattern()
    {
        if (_reader.Peek() != '"')
        {
            throw _reader.Error("A tensor pattern stands in double quotes, as in \"mlp\" or \"*.weight\".");
        }

        int start = _reader.Position;
        string pattern = _reader.ReadQuoted();
        return pattern.Length > 0 ? new NamePattern(pattern) : throw new ExpressionException(text, start, "A tensor pattern is empty; write \"*\" for every tensor.");
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

    private void Enter()
    {
        if (++_depth > MaximumDepth)
        {
            throw _reader.Error("The expression is nested too deeply.");
        }
    }
}
