namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>Turns a parsed pattern into instructions, of which there is a limited number.</summary>
internal sealed class PatternCompiler(string pattern)
{
    private const int MaximumInstructions = 20_000;

    private readonly List<PatternInstruction> _program = [];

    public PatternInstruction[] Compile(PatternNode root)
    {
        Emit(root);
        Add(new PatternInstruction(PatternOperation.Match));
        return [.. _program];
    }

    private int Add(PatternInstruction instruction)
    {
        if (_program.Count >= MaximumInstructions)
        {
            throw PatternParser.Unsupported(pattern, "it is too large");
        }

        _program.Add(instruction);
        return _program.Count - 1;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Points points:
                _ = Add(new PatternInstruction(PatternOperation.Point, points.Class));
                break;
            case PatternNode.Sequence sequence:
                foreach (PatternNode part in sequence.Parts)
                {
                    Emit(part);
                }

                break;
            case PatternNode.Choice choice:
                EmitChoice(choice.Alternatives);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case PatternNode.Look look:
                int width = look.Behind ? Width(look.Body) : 0;
                EmitBody(look.Body, look.Behind ? PatternOperation.LookBehind : PatternOperation.Look, width, look.Negated);
                break;
            case PatternNode.Atomic atomic:
                EmitBody(atomic.Body, PatternOperation.Atomic, 0, flag: false);
                break;
            case PatternNode.Anchor anchor:
                _ = Add(new PatternInstruction(anchor.Kind));
                break;
            default:
                throw new InvalidOperationException($"Unknown node {node.GetType().Name}.");
        }
    }

    private void EmitBody(PatternNode body, PatternOperation operation, int width, bool flag)
    {
        int head = Add(default);
        Emit(body);
        _ = Add(new PatternInstruction(PatternOperation.Match));
        _program[head] = new PatternInstruction(operation, null, _program.Count, width, flag);
    }

    private void EmitChoice(IReadOnlyList<PatternNode> alternatives)
    {
        var ends = new List<int>();
        for (int index = 0; index < alternatives.Count - 1; index++)
        {
            int split = Add(default);
            Emit(alternatives[index]);
            ends.Add(Add(default));
            _program[split] = new PatternInstruction(PatternOperation.Split, null, split + 1, _program.Count);
        }

        Emit(alternatives[^1]);
        foreach (int end in ends)
        {
            _program[end] = new PatternInstruction(PatternOperation.Jump, null, _program.Count);
        }
    }

    private void EmitRepeat(PatternNode.Repeat repeat)
    {
        if (repeat.Body is PatternNode.Points points && repeat.Kind != RepeatKind.Lazy)
        {
            bool possessive = repeat.Kind == RepeatKind.Possessive;
            _ = Add(new PatternInstruction(PatternOperation.Run, points.Class, repeat.Minimum, repeat.Maximum, possessive));
            return;
        }

        if (repeat.Kind == RepeatKind.Possessive)
        {
            EmitBody(repeat with { Kind = RepeatKind.Greedy }, PatternOperation.Atomic, 0, flag: false);
            return;
        }

        if (CanBeEmpty(repeat.Body))
        {
            throw PatternParser.Unsupported(pattern, "it repeats something that can match nothing");
        }

        for (int count = 0; count < repeat.Minimum; count++)
        {
            Emit(repeat.Body);
        }

        if (repeat.Maximum == int.MaxValue)
        {
            EmitEndless(repeat);
        }
        else
        {
            EmitOptional(repeat);
        }
    }

    private void EmitEndless(PatternNode.Repeat repeat)
    {
        int split = Add(default);
        Emit(repeat.Body);
        _ = Add(new PatternInstruction(PatternOperation.Jump, null, split));
        _program[split] = Split(split + 1, _program.Count, repeat.Kind);
    }

    private void EmitOptional(PatternNode.Repeat repeat)
    {
        var splits = new List<int>();
        for (int count = repeat.Minimum; count < repeat.Maximum; count++)
        {
            splits.Add(Add(default));
            Emit(repeat.Body);
        }

        foreach (int split in splits)
        {
            _program[split] = Split(split + 1, _program.Count, repeat.Kind);
        }
    }

    private static PatternInstruction Split(int body, int next, RepeatKind kind) => kind == RepeatKind.Lazy
        ? new PatternInstruction(PatternOperation.Split, null, next, body)
        : new PatternInstruction(PatternOperation.Split, null, body, next);

    private static bool CanBeEmpty(PatternNode node) => node switch
    {
        PatternNode.Points => false,
        PatternNode.Sequence sequence => sequence.Parts.All(CanBeEmpty),
        PatternNode.Choice choice => choice.Alternatives.Any(CanBeEmpty),
        PatternNode.Repeat repeat => repeat.Minimum == 0 || CanBeEmpty(repeat.Body),
        PatternNode.Atomic atomic => CanBeEmpty(atomic.Body),
        _ => true,
    };

    private int Width(PatternNode node) => node switch
    {
        PatternNode.Points => 1,
        PatternNode.Sequence sequence => sequence.Parts.Sum(Width),
        PatternNode.Choice choice when choice.Alternatives.Select(Width).Distinct().Count() == 1 => Width(choice.Alternatives[0]),
        PatternNode.Repeat repeat when repeat.Minimum == repeat.Maximum => checked(repeat.Minimum * Width(repeat.Body)),
        PatternNode.Atomic atomic => Width(atomic.Body),
        PatternNode.Look or PatternNode.Anchor => 0,
        _ => throw PatternParser.Unsupported(pattern, "it looks behind over a stretch of varying length"),
    };
}
