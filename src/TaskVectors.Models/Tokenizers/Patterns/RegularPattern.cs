using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>
/// A regular expression over code points, in the dialect that tokenizer files use (Oniguruma): backtracking, leftmost match, first
/// alternative first, properties of all planes. The platform's expressions see UTF-16 units, where <c>\p{L}</c> misses every letter above U+FFFF.
/// The work on a text is bounded.
/// </summary>
internal sealed class RegularPattern : IPattern
{
    private const long StepsAtLeast = 1_000_000;
    private const long StepsPerPoint = 500;

    private readonly string _pattern;
    private readonly PatternInstruction[] _program;

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="TokenizerException">It is malformed or uses what is not supported.</exception>
    public RegularPattern(string pattern)
    {
        _pattern = pattern;
        _program = new PatternCompiler(pattern).Compile(new PatternParser(pattern).Parse());
    }

    public void Find(ReadOnlySpan<int> text, List<TextSpan> matches)
    {
        var run = new Matching(this, text);
        int position = 0;
        while (position <= text.Length)
        {
            int end = run.Match(0, position);
            if (end < 0)
            {
                position++;
                continue;
            }

            matches.Add(new TextSpan(position, end));
            position = end == position ? position + 1 : end;
        }
    }

    /// <summary>A way back: try <paramref name="Instruction"/> at <paramref name="Position"/>, and then at every position down to the lowest.</summary>
    private readonly record struct Branch(int Instruction, int Position, int Lowest);

    private ref struct Matching(RegularPattern owner, ReadOnlySpan<int> text)
    {
        private readonly ReadOnlySpan<int> _text = text;
        private readonly PatternInstruction[] _program = owner._program;
        private readonly List<Branch> _branches = [];
        private long _steps = StepsAtLeast + (StepsPerPoint * text.Length);

        /// <summary>The end of the match that starts here, or -1.</summary>
        public int Match(int instruction, int position)
        {
            int bottom = _branches.Count;
            while (true)
            {
                if (Step(ref instruction, ref position, out bool done))
                {
                    if (done)
                    {
                        _branches.RemoveRange(bottom, _branches.Count - bottom);
                        return position;
                    }
                }
                else if (_branches.Count == bottom)
                {
                    return -1;
                }
                else
                {
                    GoBack(out instruction, out position);
                }
            }
        }

        private readonly void GoBack(out int instruction, out int position)
        {
            Branch branch = _branches[^1];
            if (branch.Position > branch.Lowest)
            {
                _branches[^1] = branch with { Position = branch.Position - 1 };
            }
            else
            {
                _branches.RemoveAt(_branches.Count - 1);
            }

            instruction = branch.Instruction;
            position = branch.Position;
        }

        private bool Step(ref int instruction, ref int position, out bool done)
        {
            if (--_steps < 0)
            {
                throw new TokenizerException(
                    "tokenizer.pattern", $"The pattern '{owner._pattern}' takes too long on this text. Split the text, or simplify the pattern.");
            }

            done = false;
            ref readonly PatternInstruction current = ref _program[instruction];
            switch (current.Operation)
            {
                case PatternOperation.Match:
                    done = true;
                    return true;
                case PatternOperation.Point:
                    instruction++;
                    return position < _text.Length && current.Class!.Contains(_text[position++]);
                case PatternOperation.Run:
                    instruction++;
                    return Run(in current, instruction, ref position);
                case PatternOperation.Split:
                    _branches.Add(new Branch(current.Second, position, position));
                    instruction = current.First;
                    return true;
                case PatternOperation.Jump:
                    instruction = current.First;
                    return true;
                case PatternOperation.Atomic:
                    position = Match(instruction + 1, position);
                    instruction = current.First;
                    return position >= 0;
                case PatternOperation.Look or PatternOperation.LookBehind:
                    int from = position - current.Second;
                    bool found = from >= 0 && Match(instruction + 1, from) >= 0;
                    instruction = current.First;
                    return found != current.Flag;
                default:
                    instruction++;
                    return IsAt(current.Operation, position);
            }
        }

        private bool Run(in PatternInstruction run, int next, ref int position)
        {
            int start = position;
            long last = Math.Min(_text.Length, (long)start + run.Second);
            while (position < last && run.Class!.Contains(_text[position]))
            {
                position++;
            }

            _steps -= (position - start) / 8;
            int lowest = start + run.First;
            if (position > lowest && !run.Flag)
            {
                _branches.Add(new Branch(next, position - 1, lowest));
            }

            return position >= lowest;
        }

        private readonly bool IsAt(PatternOperation anchor, int position) => anchor switch
        {
            PatternOperation.TextStart => position == 0,
            PatternOperation.TextEnd => position == _text.Length,
            PatternOperation.LineStart => position == 0 || _text[position - 1] == '\n',
            PatternOperation.LineEnd => position == _text.Length || _text[position] == '\n',
            PatternOperation.WordBoundary => IsBoundary(position),
            _ => !IsBoundary(position),
        };

        private readonly bool IsBoundary(int position) =>
            (position > 0 && CodePoints.IsWord(_text[position - 1])) != (position < _text.Length && CodePoints.IsWord(_text[position]));
    }
}
