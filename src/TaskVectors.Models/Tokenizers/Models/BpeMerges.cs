namespace TaskVectors.Models.Tokenizers.Models;

/// <summary>Which pairs of tokens merge, into what, and which pair comes first.</summary>
internal sealed class BpeMerges
{
    private readonly Dictionary<long, (int Rank, int Id)> _merges = [];

    /// <summary>Adds a merge; of equal pairs the last wins.</summary>
    public void Add(int left, int right, int rank, int merged) => _merges[Key(left, right)] = (rank, merged);

    public bool TryGet(int left, int right, out int rank, out int merged)
    {
        bool found = _merges.TryGetValue(Key(left, right), out (int Rank, int Id) merge);
        (rank, merged) = merge;
        return found;
    }

    /// <summary>Adds merges in the order of their ranks.</summary>
    /// <exception cref="TokenizerException">A merge's parts or result are not tokens.</exception>
    public static BpeMerges Create(
        IReadOnlyList<(string Left, string Right)> pairs, TokenVocabulary vocabulary, string continuationPrefix)
    {
        var merges = new BpeMerges();
        for (int rank = 0; rank < pairs.Count; rank++)
        {
            (string left, string right) = pairs[rank];
            string tail = right.StartsWith(continuationPrefix, StringComparison.Ordinal) ? right[continuationPrefix.Length..] : right;
            merges.Add(Id(left), Id(right), rank, Id(left + tail));

            int Id(string token) => vocabulary.IdOf(token) ?? throw new TokenizerException(
                "tokenizer.malformed",
                $"Merge {rank}, '{left}' with '{right}', needs the token '{token}', which the vocabulary lacks. The files do not belong together.");
        }

        return merges;
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
