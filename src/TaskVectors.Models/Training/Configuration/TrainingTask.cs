namespace TaskVectors.Models.Training.Configuration;

/// <summary>What a model is trained for.</summary>
internal enum TrainingTask
{
    /// <summary>Classes of pictures.</summary>
    ImageClassification,

    /// <summary>Classes of texts.</summary>
    TextClassification,

    /// <summary>The next token.</summary>
    LanguageModel,
}
