using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Evaluation;

/// <summary>What a model's configuration says of its inputs and classes.</summary>
public sealed record ModelSettings
{
    private const int DefaultLength = 512;
    private const double HalfGrey = 0.5;

    /// <summary>Height and width of images, or null.</summary>
    public int? ImageSize { get; private init; }

    /// <summary>Channels of images, or null.</summary>
    public int? Channels { get; private init; }

    /// <summary>The most tokens of a text, or null.</summary>
    public int? MaximumLength { get; private init; }

    /// <summary>The rows of the embedding of tokens, or null.</summary>
    public int? VocabularySize { get; private init; }

    /// <summary>The tokens that end a text: those of <c>generation_config.json</c>, else of the configuration.</summary>
    public IReadOnlyList<int> EndIds { get; private init; } = [];

    /// <summary>What the classes of the model's own head are called; empty where the configuration does not say.</summary>
    public IReadOnlyList<string> ClassNames { get; private init; } = [];

    /// <summary>Reads the configuration of a checkpoint or edit.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="configPath">The configuration; <c>config.json</c> in the checkpoint's folder, or beside its file, where absent.</param>
    /// <returns>Empty settings where there is no configuration.</returns>
    /// <exception cref="ModelException">It is malformed.</exception>
    public static ModelSettings Read(Checkpoint checkpoint, string? configPath = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        string file = configPath ?? Path.Combine(FolderOf(checkpoint), "config.json");
        if (!File.Exists(file))
        {
            return new ModelSettings();
        }

        const string EndKey = "eos_token_id";
        var config = ModelConfig.Read(file);
        string generation = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "generation_config.json");
        ModelConfig? own = File.Exists(generation) ? ModelConfig.Read(generation) : null;
        return Of(config) with { EndIds = (own?.Has(EndKey) == true ? own : config).Integers(EndKey) };
    }

    /// <summary>The folder in which a checkpoint, or the base of an edit, lies with its tokenizer and configuration.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    public static string FolderOf(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        string path = checkpoint.Base.Path;
        return Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path)) ?? string.Empty;
    }

    /// <summary>The most tokens of a text to classify: the model's length or the tokenizer's, at most 512 where one of them does not say.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    public int LengthOfTexts(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return Math.Min(MaximumLength ?? DefaultLength, tokenizer.Truncation?.MaximumLength ?? DefaultLength);
    }

    /// <summary>Reads the tokenizer of a model, and checks that the model has a row for each of its ids.</summary>
    /// <param name="path">A folder or file.</param>
    /// <exception cref="TokenizerException">There is none, it is malformed, or it has more ids than the model.</exception>
    public Tokenizer LoadTokenizer(string path)
    {
        var tokenizer = Tokenizer.Load(path);
        if (VocabularySize is { } rows)
        {
            tokenizer.CheckFits(rows);
        }

        return tokenizer;
    }

    /// <summary>How pictures are prepared for a model: as the file in its folder says, else resized to the model's size, with values between -1 and 1.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="isAssumed">Whether there is no such file.</param>
    /// <exception cref="DataException">The file is malformed.</exception>
    public ImageProcessor LoadImageProcessor(string folder, out bool isAssumed)
    {
        string file = Path.Combine(folder, ImageProcessor.FileName);
        isAssumed = !File.Exists(file);
        double[] half = [.. Enumerable.Repeat(HalfGrey, Channels == 1 ? 1 : 3)];
        return isAssumed
            ? new ImageProcessor { Resize = ImageSize is { } size ? new ImageSize(size, size) : null, Mean = half, StandardDeviation = half }
            : ImageProcessor.Load(file);
    }

    /// <summary>The number among the model's classes of each of a data set's.</summary>
    /// <param name="names">What the data set calls its classes.</param>
    /// <returns>
    /// By name where all names are among <see cref="ClassNames"/>; the numbers themselves where all are whole numbers; else null, and classes
    /// are numbered as the data set has them.
    /// </returns>
    public IReadOnlyList<int>? ClassesOf(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int label = 0; label < ClassNames.Count; label++)
        {
            _ = numbers.TryAdd(ClassNames[label], label);
        }

        if (names.Count > 0 && names.All(numbers.ContainsKey))
        {
            return [.. names.Select(name => numbers[name])];
        }

        int[] parsed = [.. names.Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        return parsed.Contains(-1) ? null : parsed;
    }

    private static ModelSettings Of(ModelConfig config)
    {
        ModelConfig images = config.Section("vision_config") ?? config;
        ModelConfig texts = config.Section("text_config") ?? config;
        int? length = Size(texts, "max_position_embeddings") ?? Size(texts, "n_positions");

        // RoBERTa's table of positions starts with the padding id's and one more that are not used.
        bool isRoberta = config.Text("model_type") == "roberta";
        return new ModelSettings
        {
            ImageSize = Size(images, "image_size"),
            Channels = Size(images, "num_channels"),
            VocabularySize = Size(texts, "vocab_size"),
            MaximumLength = isRoberta && length is { } positions ? positions - config.Integer("pad_token_id", 1) - 1 : length,
            ClassNames = Names(config.Section("id2label")),
        };
    }

    private static int? Size(ModelConfig config, string key) => config.Has(key) ? config.Size(key) : null;

    private static string[] Names(ModelConfig? labels)
    {
        var names = new List<string>();
        while (labels?.Text(names.Count.ToString(CultureInfo.InvariantCulture)) is { } name)
        {
            names.Add(name);
        }

        return [.. names];
    }
}
