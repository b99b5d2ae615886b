namespace TaskVectors.Models.Tokenizers.Reading;

/// <summary>Finds out which files a tokenizer consists of, and reads them.</summary>
internal static class TokenizerFiles
{
    private const string Json = "tokenizer.json";
    private const string WordPiece = "vocab.txt";
    private const string Vocabulary = "vocab.json";
    private const string Merges = "merges.txt";

    private static readonly string[] SentencePieceModels = ["tokenizer.model", "spiece.model", "sentencepiece.bpe.model"];

    public static Tokenizer Load(string path)
    {
        if (Directory.Exists(path))
        {
            return LoadFolder(path);
        }

        return File.Exists(path) ? LoadFile(path) : throw Missing(path, $"There is no file or folder {path}. Check the path.");
    }

    private static Tokenizer LoadFolder(string folder)
    {
        string? found = new[] { Json }.Concat(SentencePieceModels).Append(Vocabulary).Append(WordPiece)
            .Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (found is null && Directory.GetFiles(folder, "*.model") is [string only])
        {
            found = only;
        }

        return LoadFile(found ?? throw Missing(
            folder,
            $"{folder} has no tokenizer: none of {Json}, {string.Join(", ", SentencePieceModels)}, {Vocabulary} with {Merges}, {WordPiece}. "
            + "Copy it from the model's source."));
    }

    private static Tokenizer LoadFile(string file)
    {
        string name = Path.GetFileName(file);
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        try
        {
            return name switch
            {
                Merges or Vocabulary => BpeFiles.Read(Path.Combine(folder, Vocabulary), Path.Combine(folder, Merges), TokenizerSettings.Read(folder)),
                _ when name.EndsWith(".model", StringComparison.OrdinalIgnoreCase) => SentencePieceFiles.Read(file, TokenizerSettings.Read(folder)),
                _ when name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) => WordPieceFiles.Read(file, TokenizerSettings.Read(folder)),
                _ when name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) => TokenizerJsonReader.Read(TokenizerFile.ReadJson(file)),
                _ => throw new TokenizerException(
                    "tokenizer.unknown",
                    $"{file} is not a tokenizer's file by its name. Known are {Json}, *.model, {Vocabulary} with {Merges}, and {WordPiece}."),
            };
        }
        catch (TokenizerException failure) when (failure.File is null)
        {
            throw new TokenizerException(failure.Kind, $"{file}: {failure.Message}", failure) { File = file };
        }
    }

    private static TokenizerException Missing(string path, string message) => new("tokenizer.missing", message) { File = path };
}
