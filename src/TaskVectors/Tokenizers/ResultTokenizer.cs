using TaskVectors.Execution.Outputs;

namespace TaskVectors.Tokenizers;

/// <summary>The tokenizer of a merged model, as it is written.</summary>
/// <param name="Files">Its files.</param>
/// <param name="Config">What changes in the configuration; <see langword="null"/> where the vocabulary is the one it was.</param>
internal sealed record ResultTokenizer(TokenizerFiles Files, VocabularyConfig? Config)
{
    /// <summary>The files that go along with the weights: those of the folder that the configuration comes from, with this tokenizer in place of the one there.</summary>
    public IEnumerable<CompanionFile> Replace(IEnumerable<CompanionFile> files) =>
        files.Where(file => !TokenizerNames.Contains(file.RelativePath)).Concat(Files.All).OrderBy(file => file.RelativePath, StringComparer.Ordinal).Select(file => Config?.Adjust(file) ?? file);
}
