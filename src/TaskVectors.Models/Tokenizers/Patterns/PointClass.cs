using TaskVectors.Models.Tokenizers.Unicode;

namespace TaskVectors.Models.Tokenizers.Patterns;

/// <summary>A set of code points; membership of ASCII is a table.</summary>
internal sealed class PointClass
{
    private readonly ulong _low;
    private readonly ulong _high;
    private readonly Func<int, bool> _test;

    public PointClass(Func<int, bool> test)
    {
        _test = test;
        for (int point = 0; point < 64; point++)
        {
            _low |= test(point) ? 1ul << point : 0;
            _high |= test(point + 64) ? 1ul << point : 0;
        }
    }

    public bool Contains(int point) => point switch
    {
        < 64 => ((_low >> point) & 1) != 0,
        < 128 => ((_high >> (point - 64)) & 1) != 0,
        _ => _test(point),
    };

    public static PointClass Single(int point) => new(other => other == point);

    public static PointClass Range(int first, int last) => new(point => point >= first && point <= last);

    public static PointClass Categories(uint mask) => new(point => CodePoints.IsIn(point, mask));

    public PointClass Negate() => new(point => !Contains(point));

    public PointClass Or(PointClass other) => new(point => Contains(point) || other.Contains(point));

    public PointClass And(PointClass other) => new(point => Contains(point) && other.Contains(point));

    /// <summary>The set closed under simple case folding.</summary>
    public PointClass IgnoringCase() => new(point =>
    {
        int folded = CodePoints.Fold(point);
        return Contains(point) || Contains(folded)
            || (System.Text.Rune.IsValid(folded) && Contains(System.Text.Rune.ToUpperInvariant(new System.Text.Rune(folded)).Value));
    });
}
