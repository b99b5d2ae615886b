namespace TaskVectors.Tokenizers;

/// <summary>The ways in which the tokenizer of a model can be wrong, or wrong for a merge.</summary>
public enum TokenizerError
{
    /// <summary>The model's folder holds no tokenizer.</summary>
    NotFound,

    /// <summary>The tokenizer is stored in a form that is not read here.</summary>
    Unsupported,

    /// <summary>A file is larger, or has more tokens, than is read.</summary>
    TooLarge,

    /// <summary>A file is not JSON, or a field has a value that it cannot have.</summary>
    InvalidFile,

    /// <summary>A token has two numbers.</summary>
    DuplicateToken,
}
