namespace TaskVectors.Tokenizers.SentencePiece;

/// <summary>How a SentencePiece model cuts a text (sentencepiece_model.proto, TrainerSpec.ModelType).</summary>
public enum SentencePieceAlgorithm
{
    /// <summary>Into the likeliest sequence of pieces.</summary>
    Unigram = 1,

    /// <summary>By merging neighbours, the best score first.</summary>
    Bpe = 2,

    /// <summary>Into words.</summary>
    Word = 3,

    /// <summary>Into characters.</summary>
    Character = 4,
}
