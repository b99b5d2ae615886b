using System.Collections.Immutable;

namespace TaskVectors.Tokenizers;

/// <summary>
/// Joins vocabularies: the first keeps its numbers, and tokens that only others have come after it, model by model, in the order of their numbers.
/// They are all found in a text as they stand, as no merges make them of others.
/// </summary>
/// <param name="first">The vocabulary that the result begins with.</param>
internal sealed class VocabularyUnion(Vocabulary first)
{
    private readonly List<(AddedToken Token, int Id)> _new = [];
    private readonly Dictionary<string, int> _pieces = new(StringComparer.Ordinal);

    /// <summary>The vocabulary so far.</summary>
    public Vocabulary Vocabulary { get; } = first.Copy();

    /// <summary>The tokens that the first vocabulary lacks, in the order of their numbers.</summary>
    public IReadOnlyList<(AddedToken Token, int Id)> New => _new;

    /// <summary>How many ordinary pieces of each model are now found as they stand, by the name of the model.</summary>
    public IReadOnlyDictionary<string, int> Pieces => _pieces;

    /// <summary>Adds the tokens of a model that are not there yet.</summary>
    public void Add(VocabularyModel model)
    {
        foreach ((string token, int _) in model.Vocabulary.Ids.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (Vocabulary.TryGetId(token, out _))
            {
                continue;
            }

            bool isAdded = model.Vocabulary.TryGetAdded(token, out AddedToken? added);
            Add(isAdded ? added! : new AddedToken(token));
            if (!isAdded)
            {
                _pieces[model.Name] = _pieces.GetValueOrDefault(model.Name) + 1;
            }
        }
    }

    /// <summary>Adds a token that is asked for, as the first of the models that has it knows it.</summary>
    public void Add(string token, ImmutableArray<VocabularyModel> models)
    {
        if (!Vocabulary.TryGetId(token, out _))
        {
            Add(models.Select(model => model.Vocabulary.Added.GetValueOrDefault(token)).FirstOrDefault(added => added is not null) ?? new AddedToken(token));
        }
    }

    private void Add(AddedToken token)
    {
        int id = Vocabulary.Size;
        Vocabulary.Add(token, id);
        _new.Add((token, id));
    }
}
