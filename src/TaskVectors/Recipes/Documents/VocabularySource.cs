namespace TaskVectors.Recipes.Documents;

/// <summary>Whose vocabulary a merged model has.</summary>
internal enum VocabularySource
{
    /// <summary>Every token of every model.</summary>
    Union,

    /// <summary>That of the base.</summary>
    Base,

    /// <summary>That of one model.</summary>
    Model,
}
