namespace TaskVectors.Tokenizers;

/// <summary>A model as it takes part in joining vocabularies.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Vocabulary">Its tokens.</param>
/// <param name="Rows">The number of rows of its embeddings, which can be more or fewer than its tokens.</param>
internal sealed record VocabularyModel(string Name, Vocabulary Vocabulary, long Rows)
{
    /// <summary>The row of a token, or -1 where the model has none for it.</summary>
    public int RowOf(string token) => Vocabulary.TryGetId(token, out int id) && id < Rows ? id : -1;
}
