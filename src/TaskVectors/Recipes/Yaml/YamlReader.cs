using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TaskVectors.Recipes.Yaml;

/// <summary>
/// Reads YAML into nodes that know their place. Depth, size and the expansion of aliases are bounded, no tag makes an object, and
/// problems are collected rather than thrown.
/// </summary>
/// <remarks>Source: YAML 1.1 (merge keys: the type repository's <c>tag:yaml.org,2002:merge</c>).</remarks>
public sealed class YamlReader
{
    /// <summary>The largest text that is read, in characters.</summary>
    public const int MaximumLength = 1 << 20;

    /// <summary>The deepest nesting of lists and mappings.</summary>
    public const int MaximumDepth = 64;

    /// <summary>The largest number of values of a text when all aliases are written out.</summary>
    public const long MaximumSize = 100_000;

    private static readonly string[] PlainTags = ["str", "int", "float", "bool", "null", "map", "seq"];

    private readonly string _text;
    private readonly RecipeProblems _problems;
    private readonly string _subject;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private readonly Scanner _scanner;
    private readonly Parser _parser;
    private (int Line, int Column)? _firstAlias;
    private int _depth;
    private bool _isTooLarge;

    private YamlReader(string text, RecipeProblems problems, string subject)
    {
        _text = text;
        _problems = problems;
        _subject = subject;
        _scanner = new Scanner(new StringReader(text));
        _parser = new Parser(_scanner);
    }

    /// <summary>The root of every document of a text; those up to the first mistake that hides what follows.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problems">Where problems go.</param>
    /// <param name="subject">What the text is, as messages call it.</param>
    public static IReadOnlyList<YamlNode> Read(string text, RecipeProblems problems, string subject = "recipe")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(problems);
        if (text.Length > MaximumLength)
        {
            problems.Error(1, 1, $"The {subject} has {text.Length} characters; at most {MaximumLength} are read.");
            return [];
        }

        return new YamlReader(text, problems, subject).ReadDocuments();
    }

    private List<YamlNode> ReadDocuments()
    {
        var roots = new List<YamlNode>();
        try
        {
            _ = _parser.Consume<StreamStart>();
            while (!_parser.TryConsume<StreamEnd>(out _))
            {
                _ = _parser.Consume<DocumentStart>();
                _anchors.Clear();
                YamlNode root = ReadNode();
                _ = _parser.Consume<DocumentEnd>();
                if (_isTooLarge)
                {
                    return [];
                }

                roots.Add(root);
            }
        }
        catch (YamlException error)
        {
            ReportSyntax(error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner trips over some texts that are no YAML.
            Mark place = _scanner.CurrentPosition;
            ReportSyntax(new YamlException(place, place, "what comes here cannot be read", error));
        }

        return roots;
    }

    private YamlNode ReadNode()
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Resolve(alias);
        }

        if (!_parser.Accept<NodeEvent>(out var start))
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a value is expected here");
        }

        CheckTag(start);
        string? anchor = start.Anchor.IsEmpty ? null : start.Anchor.Value;
        if (anchor is not null)
        {
            _anchors[anchor] = null;
        }

        YamlNode node = start switch
        {
            MappingStart => Nested(ReadMapping),
            SequenceStart => Nested(ReadSequence),
            _ => ReadScalar(),
        };
        if (anchor is not null)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    private YamlNode Nested(Func<YamlNode> read)
    {
        if (++_depth > MaximumDepth)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, $"lists and mappings are nested deeper than {MaximumDepth}");
        }

        YamlNode node = read();
        _depth--;
        if (node.Size > MaximumSize && !_isTooLarge)
        {
            _isTooLarge = true;
            (int line, int column) = _firstAlias ?? (node.Line, node.Column);
            _problems.Error(line, column, $"The {_subject} has too many values once every alias is written out: more than {MaximumSize}.");
        }

        return node;
    }

    private YamlScalar ReadScalar()
    {
        Scalar scalar = _parser.Consume<Scalar>();
        bool isPlain = scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty;
        return new YamlScalar(LineOf(scalar.Start), ColumnOf(scalar.Start), scalar.Value, isPlain);
    }

    private YamlSequence ReadSequence()
    {
        Mark start = _parser.Consume<SequenceStart>().Start;
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        long size = 1;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode());
            size = Add(size, items[^1].Size);
        }

        return new YamlSequence(LineOf(start), ColumnOf(start), items.ToImmutable(), size);
    }

    private YamlMapping ReadMapping()
    {
        Mark start = _parser.Consume<MappingStart>().Start;
        var own = new List<YamlEntry>();
        var merged = new List<YamlMapping>();
        long size = 1;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            YamlNode key = ReadNode();
            YamlNode value = ReadNode();
            size = Add(size, value.Size);
            if (key is not YamlScalar name)
            {
                _problems.Error(key, $"A key must be text, not {key.Description}.");
            }
            else if (name is { Text: "<<", IsPlain: true })
            {
                merged.AddRange(MergedMappings(value));
            }
            else if (own.Find(entry => entry.Name == name.Text) is { } first)
            {
                _problems.Error(name, $"The key '{name.Text}' is given twice (first on line {first.Key.Line}).");
            }
            else
            {
                own.Add(new YamlEntry(name, value));
            }
        }

        IEnumerable<YamlEntry> entries = merged.SelectMany(mapping => mapping.Entries).Where(entry => own.TrueForAll(known => known.Name != entry.Name)).DistinctBy(entry => entry.Name);
        return new YamlMapping(LineOf(start), ColumnOf(start), [.. own, .. entries], size);
    }

    // Earlier mappings of a merge key win over later ones, and the mapping's own keys over all.
    private IEnumerable<YamlMapping> MergedMappings(YamlNode value)
    {
        IEnumerable<YamlNode> parts = value is YamlSequence list ? list.Items : [value];
        foreach (YamlNode part in parts)
        {
            if (part is YamlMapping mapping)
            {
                yield return mapping;
            }
            else
            {
                _problems.Error(part, $"The merge key '<<' takes a mapping or a list of mappings, not {part.Description}.");
            }
        }
    }

    private YamlNode Resolve(AnchorAlias alias)
    {
        string name = alias.Value.Value;
        (int line, int column) = (LineOf(alias.Start), ColumnOf(alias.Start));
        _firstAlias ??= (line, column);
        if (_anchors.TryGetValue(name, out YamlNode? node) && node is not null)
        {
            return node;
        }

        _problems.Unreadable(line, column, _anchors.ContainsKey(name)
            ? $"The alias '*{name}' stands inside what it refers to: the anchor '&{name}' would contain itself."
            : $"The alias '*{name}' has no anchor '&{name}' before it.{SimilarNames.Question(name, _anchors.Keys)}");
        return new YamlScalar(line, column, string.Empty, IsPlain: false);
    }

    private void CheckTag(NodeEvent node)
    {
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
        {
            return;
        }

        const string standard = "tag:yaml.org,2002:";
        string tag = node.Tag.Value;
        if (!tag.StartsWith(standard, StringComparison.Ordinal) || !PlainTags.Contains(tag[standard.Length..]))
        {
            _problems.Unreadable(LineOf(node.Start), ColumnOf(node.Start), $"The tag '{tag}' is not allowed: a {_subject} holds text, numbers, lists and mappings and makes no objects.");
        }
    }

    private void ReportSyntax(YamlException error)
    {
        (int line, int column) = (LineOf(error.Start), ColumnOf(error.Start));
        string[] lines = _text.Split('\n');
        bool isOfTab = error.Message.Contains("tab", StringComparison.OrdinalIgnoreCase);
        int tabbed = Array.FindIndex(lines, 0, isOfTab ? lines.Length : Math.Min(lines.Length, line + 1), text => text.AsSpan()[..^text.AsSpan().TrimStart().Length].Contains('\t'));
        if (tabbed >= 0)
        {
            _problems.Error(tabbed + 1, 1, "A tab character stands in the indentation; YAML wants spaces.");
            return;
        }

        string reason = error.Message;
        int place = reason.IndexOf("): ", StringComparison.Ordinal);
        _problems.Error(line, column, $"This is no valid YAML (look at brackets, quotes and indentation): {(place >= 0 ? reason[(place + 3)..] : reason).Trim()}");
    }

    // Sizes of aliases of aliases multiply; past the limit only that it is past matters.
    private static long Add(long left, long right) => Math.Min(left + right, MaximumSize + 1);

    private static int LineOf(Mark mark) => (int)Math.Max(1, mark.Line);

    private static int ColumnOf(Mark mark) => (int)Math.Max(1, mark.Column);
}
