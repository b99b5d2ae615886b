using TaskVectors.Tensors;

namespace TaskVectors.Tokenizers;

/// <summary>Knows the tensors that have one row for each token, by their names: embeddings, output heads and their biases.</summary>
internal static class VocabularyTensors
{
    /// <summary>The output head of most language models.</summary>
    public const string Head = "lm_head.weight";

    private static readonly string[] Embeddings = ["embed_tokens", "wte", "word_embeddings", "embed_in", "tok_embeddings", "shared", "token_embedding", "tokens_embed"];

    private static readonly string[] Heads = ["lm_head", "embed_out", "output"];

    // Heads whose last name says too little alone.
    private static readonly string[] Endings = ["lm_head.decoder.weight", "lm_head.decoder.bias", "predictions.decoder.weight", "predictions.decoder.bias", "predictions.bias", "final_logits_bias"];

    /// <summary>Whether a tensor has one row for each token, going by its name and rank.</summary>
    public static bool IsNamed(TensorInfo tensor) => (IsEmbedding(tensor.Name) && tensor.Shape.Rank == 2) || IsHead(tensor);

    /// <summary>The number of rows: that of the token embedding, or <see langword="null"/> where a checkpoint has none.</summary>
    /// <param name="tensors">The tensors outside the layers, under the names of the result.</param>
    public static long? RowsOf(IReadOnlyList<TensorInfo> tensors) =>
        (tensors.FirstOrDefault(tensor => IsEmbedding(tensor.Name) && tensor.Shape.Rank == 2) ?? tensors.FirstOrDefault(IsNamed))?.Shape[0];

    /// <summary>Whether a tensor has as many rows as there are tokens. A bias may be a single row with a column for each.</summary>
    public static bool HasRows(TensorInfo tensor, long rows) =>
        IsNamed(tensor) && (tensor.Shape[0] == rows || (tensor.Shape[0] == 1 && tensor.Shape.ElementCount == rows));

    /// <summary>The shape with another number of rows.</summary>
    public static TensorShape WithRows(TensorShape shape, long rows)
    {
        long[] dimensions = shape.Dimensions.ToArray();
        dimensions[dimensions.Length == 2 && dimensions[0] == 1 ? 1 : 0] = rows;
        return new TensorShape(dimensions);
    }

    private static bool IsEmbedding(string name) => name.Split('.') is [.., var module, "weight"] && Embeddings.Contains(module);

    private static bool IsHead(TensorInfo tensor) =>
        tensor.Shape.Rank is 1 or 2
        && ((tensor.Name.Split('.') is [.., var module, "weight" or "bias"] && Heads.Contains(module))
            || Array.Exists(Endings, ending => tensor.Name.EndsWith(ending, StringComparison.Ordinal)));
}
