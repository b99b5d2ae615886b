namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// Finds the base's tensor for every change of an adapter. Models with and without a head name the same tensors with different prefixes,
/// and so do versions of one architecture: one prefix may be dropped, added or exchanged, the same for all tensors; tensors that the new
/// names miss may keep the old.
/// </summary>
internal sealed class BaseNames(LoraAdapter adapter, CheckpointSource pretrained)
{
    private const int MaximumPrefixParts = 2;
    private const int MaximumPrefixes = 64;

    private readonly string[] _names = [.. adapter.Changes.Select(change => change.Name)];

    /// <summary>The adapter's names mapped to names that the base stores.</summary>
    /// <exception cref="LoraException">The base lacks some of them, or they fit in more than one way.</exception>
    public IReadOnlyDictionary<string, string> Resolve()
    {
        Dictionary<string, string> best = Resolve(string.Empty, string.Empty);
        if (best.Count == _names.Length)
        {
            return best;
        }

        string missing = _names.First(name => !best.ContainsKey(name));
        List<Dictionary<string, string>> complete = [];
        foreach ((string dropped, string added) in Exchanges().Where(exchange => Rename(missing, exchange) is not null))
        {
            Dictionary<string, string> resolved = Resolve(dropped, added);
            if (resolved.Count == _names.Length && !complete.Exists(other => AreEqual(other, resolved)))
            {
                complete.Add(resolved);
            }

            best = resolved.Count > best.Count ? resolved : best;
        }

        return complete switch
        {
            [var only] => only,
            [] => throw NotFound(best),
            _ => throw new LoraException(
                LoraError.AmbiguousTarget,
                adapter.Path,
                $"{QuotedName.Of(_names[0])} may be any of {QuotedName.Of([.. complete.Select(resolved => resolved[_names[0]])])} "
                + $"in the base {pretrained.Path}; "
                + "use a base whose names are those that the adapter was trained with.",
                _names[0]),
        };
    }

    private static bool AreEqual(Dictionary<string, string> left, Dictionary<string, string> right) =>
        left.All(pair => right[pair.Key] == pair.Value);

    private Dictionary<string, string> Resolve(string dropped, string added)
    {
        var resolved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in _names)
        {
            if ((Rename(name, (dropped, added)) ?? TiedTensors.StoredName(pretrained, name)) is { } found)
            {
                resolved.Add(name, found);
            }
        }

        return resolved;
    }

    private string? Rename(string name, (string Dropped, string Added) exchange) =>
        name.StartsWith(exchange.Dropped, StringComparison.Ordinal)
            ? TiedTensors.StoredName(pretrained, exchange.Added + name[exchange.Dropped.Length..])
            : null;

    private IEnumerable<(string Dropped, string Added)> Exchanges()
    {
        string[] dropped = [string.Empty, .. MostFrequent(_names.SelectMany(Prefixes))];
        string[] added = [string.Empty, .. MostFrequent(pretrained.Tensors.SelectMany(tensor => Prefixes(tensor.Name)))];
        return from prefix in dropped
               from replacement in added
               where prefix != replacement
               select (prefix, replacement);
    }

    private static IEnumerable<string> MostFrequent(IEnumerable<string> prefixes) =>
        prefixes.CountBy(prefix => prefix).OrderByDescending(count => count.Value).Take(MaximumPrefixes).Select(count => count.Key);

    // Numbers are layers or experts: they are no part of a prefix.
    private static IEnumerable<string> Prefixes(string name)
    {
        int end = -1;
        for (int parts = 0; parts < MaximumPrefixParts; parts++)
        {
            int start = end + 1;
            end = name.IndexOf('.', start);
            if (end < 0 || !name.AsSpan(start, end - start).ContainsAnyExceptInRange('0', '9'))
            {
                yield break;
            }

            yield return name[..(end + 1)];
        }
    }

    private LoraException NotFound(Dictionary<string, string> best)
    {
        string[] lacking = [.. _names.Where(name => !best.ContainsKey(name))];
        string hint = SimilarNames.Question(lacking[0], pretrained.Tensors.Select(tensor => tensor.Name));
        return new LoraException(
            LoraError.TargetNotFound,
            adapter.Path,
            $"the base {pretrained.Path} lacks {lacking.Length} of {_names.Length} tensors that the adapter changes: "
            + $"{QuotedName.Of(lacking)}.{hint} "
            + "The adapter was trained on another "
            + $"model{(adapter.Config.BaseName is { } name ? $" ({QuotedName.Of(name)})" : string.Empty)}.",
            lacking[0]);
    }
}
