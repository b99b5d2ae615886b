using TaskVectors.Checkpoints;

namespace TaskVectors.Tokenizers;

/// <summary>How two vocabularies differ, as far as rows merged by their numbers are concerned.</summary>
/// <param name="Conflicts">Rows that stand for different ordinary tokens.</param>
/// <param name="AddedConflicts">Rows that stand for different tokens, one of them at least an added one.</param>
/// <param name="OnlyFirst">Tokens that only the first has.</param>
/// <param name="OnlySecond">Tokens that only the second has.</param>
internal sealed record VocabularyDifference(IReadOnlyList<int> Conflicts, IReadOnlyList<int> AddedConflicts, IReadOnlyList<string> OnlyFirst, IReadOnlyList<string> OnlySecond)
{
    /// <summary>Compares two vocabularies.</summary>
    public static VocabularyDifference Of(Vocabulary first, Vocabulary second)
    {
        int[] rows =
        [
            .. Enumerable.Range(0, Math.Min(first.Size, second.Size))
                .Where(row => first.TokenOf(row) is { } left && second.TokenOf(row) is { } right && left != right),
        ];
        ILookup<bool, int> byKind = rows.ToLookup(row => IsAdded(first, row) || IsAdded(second, row));
        return new VocabularyDifference([.. byKind[false]], [.. byKind[true]], Only(first, second), Only(second, first));
    }

    /// <summary>What a row stands for in both, as messages say it.</summary>
    public static string Describe(int row, Vocabulary first, Vocabulary second) =>
        FormattableString.Invariant($"row {row} is {QuotedName.Of(first.TokenOf(row) ?? string.Empty)} in one and {QuotedName.Of(second.TokenOf(row) ?? string.Empty)} in the other");

    private static bool IsAdded(Vocabulary vocabulary, int row) => vocabulary.Added.ContainsKey(vocabulary.TokenOf(row)!);

    private static IReadOnlyList<string> Only(Vocabulary own, Vocabulary other) =>
        [.. own.Ids.Where(token => !other.Ids.ContainsKey(token.Key)).OrderBy(token => token.Value).Select(token => token.Key)];
}
