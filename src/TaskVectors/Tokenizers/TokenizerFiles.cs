using System.Collections.Immutable;
using System.Globalization;
using TaskVectors.Checkpoints;
using TaskVectors.Execution.Outputs;

namespace TaskVectors.Tokenizers;

/// <summary>The files of a tokenizer: those of a folder, or changed ones that are not written yet. Immutable.</summary>
internal sealed class TokenizerFiles
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaximumBytes = 128 << 20;

    private readonly ImmutableSortedDictionary<string, CompanionFile> _files;

    private TokenizerFiles(string folder, ImmutableSortedDictionary<string, CompanionFile> files)
    {
        Folder = folder;
        _files = files;
    }

    /// <summary>The folder, as messages name the tokenizer.</summary>
    public string Folder { get; }

    /// <summary>All files, by name.</summary>
    public IEnumerable<CompanionFile> All => _files.Values;

    /// <summary>Whether there is any vocabulary among them.</summary>
    public bool HasVocabulary => Has(TokenizerNames.Tokenizer) || TokenizerNames.Native.Any(Has);

    /// <summary>The tokenizer files of a model's folder; none where there is no folder.</summary>
    /// <exception cref="StorageException">The folder cannot be read.</exception>
    public static TokenizerFiles Find(string? folder) =>
        new(folder ?? "the model", (folder is null ? [] : CompanionFiles.Find(folder))
            .Where(file => TokenizerNames.Contains(file.RelativePath))
            .ToImmutableSortedDictionary(file => file.RelativePath, file => file, StringComparer.Ordinal));

    /// <summary>Whether a file is there.</summary>
    public bool Has(string name) => _files.ContainsKey(name);

    /// <summary>The path of a file, as messages name it.</summary>
    public string PathOf(string name) => _files.TryGetValue(name, out CompanionFile? file) ? file.Source : Path.Combine(Folder, name);

    /// <summary>The content of a file, or <see langword="null"/> where it is not there.</summary>
    /// <exception cref="TaskVectorsException">The file cannot be read or is too large.</exception>
    public ReadOnlyMemory<byte>? Read(string name)
    {
        if (!_files.TryGetValue(name, out CompanionFile? file))
        {
            return null;
        }

        if (file.Content is { } content)
        {
            return content;
        }

        using var input = InputFile.Open(file.Source);
        if (input.Length > MaximumBytes)
        {
            throw new TokenizerException(TokenizerError.TooLarge, file.Source, string.Create(
                CultureInfo.InvariantCulture, $"the file has {input.Length} bytes, and {MaximumBytes} are allowed."));
        }

        byte[] bytes = new byte[input.Length];
        int read = input.Read(0, bytes);
        return bytes.AsMemory(0, read);
    }

    /// <summary>The files with one of them replaced or added.</summary>
    public TokenizerFiles With(string name, byte[] content) =>
        new(Folder, _files.SetItem(name, new CompanionFile(PathOf(name), name, content.Length) { Content = content }));

    /// <summary>Whether two sets hold the same bytes in every file that says what the tokens are.</summary>
    public bool HasSameTokens(TokenizerFiles other)
    {
        string[] names = [TokenizerNames.Tokenizer, TokenizerNames.Vocabulary, TokenizerNames.Words, TokenizerNames.AddedTokens, TokenizerNames.SpecialTokens, TokenizerNames.Config, .. TokenizerNames.SentencePiece];
        return Array.TrueForAll(names, name => (Read(name), other.Read(name)) switch
        {
            (null, null) => true,
            ({ } left, { } right) => left.Span.SequenceEqual(right.Span),
            _ => false,
        });
    }
}
