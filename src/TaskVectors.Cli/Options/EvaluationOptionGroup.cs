using System.CommandLine;
using TaskVectors.Algebra;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Data.Text;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Cli.Options;

/// <summary>What is measured, on which data, with which head; makes the evaluator.</summary>
internal sealed class EvaluationOptionGroup
{
    private const string Images = "image-classification";
    private const string Texts = "text-classification";
    private const string TextPerplexity = "perplexity";
    private const string Choices = "multiple-choice";
    private const string Generation = "generation";

    private readonly string[] _tasks;
    private readonly Option<string> _task;
    private readonly Option<string?> _data = new("--data")
    {
        HelpName = "PATH",
        Description = "Images: a folder of a folder for each class, or an IDX file. Texts: .csv, .tsv or .jsonl. Perplexity: a text file. Choices: .jsonl. Generation: prompts, one a line, or .json, .csv, .tsv, .jsonl.",
    };

    private readonly Option<string?> _labels = new("--labels") { HelpName = "FILE", Description = "The IDX file of labels that belongs to an IDX file of images." };
    private readonly Option<string> _textColumn = new("--text-column") { HelpName = "NAME", Description = "Column or key of the text.", DefaultValueFactory = _ => "text" };
    private readonly Option<string> _labelColumn = new("--label-column") { HelpName = "NAME", Description = "Column or key of the label.", DefaultValueFactory = _ => "label" };
    private readonly Option<string?> _idsColumn = new("--ids-column") { HelpName = "NAME", Description = "Texts of .jsonl that are tokens already: the key of their ids." };
    private readonly Option<string?> _head = new("--head") { HelpName = "FILE", Description = "A head kept outside the model: [classes, width] weights and a bias. Default: the model's own." };
    private readonly Option<string?> _headName = new("--head-name") { HelpName = "NAME", Description = "The head in a file of several: NAME.classifier.weight or NAME.weight." };
    private readonly Option<string?> _prompts = new("--prompts") { HelpName = "FILE", Description = "Zero-shot: a JSON object of class names with a prompt, or an array of prompts, each." };
    private readonly Option<string[]> _templates = new("--template") { HelpName = "TEXT", Description = "Zero-shot: a prompt with {} for the class's name, such as \"a photo of a {}\". Repeatable." };
    private readonly Option<string?> _promptModel = new("--prompt-model") { HelpName = "PATH", Description = "Zero-shot: the model that encodes the prompts, such as the base of an edit. Default: the model that is measured." };
    private readonly Option<string?> _tokenizer = new("--tokenizer") { HelpName = "PATH", Description = "The tokenizer. Default: the model's." };
    private readonly Option<int?> _maximumLength = new("--max-length") { HelpName = "TOKENS", Description = "Texts lose what is longer. Default: the model's length, at most 512." };
    private readonly Option<int?> _window = new("--window") { HelpName = "TOKENS", Description = "Perplexity: tokens a window. Default: the model's length, at most 1024." };
    private readonly Option<int?> _stride = new("--stride") { HelpName = "TOKENS", Description = "Perplexity: by how much windows move. Default: half a window." };
    private readonly Option<int?> _batch = new("--batch") { HelpName = "NUMBER", Description = "Examples at a time. Default: 64." };
    private readonly Option<int?> _threads = new("--threads") { HelpName = "NUMBER", Description = "How many threads share an operation. Default: the number of processors." };
    private readonly ImageOptionGroup _pictures = new();
    private readonly ScoredGenerationOptionGroup _generation = new();
    private readonly ExampleOptionGroup _examples = new();

    public EvaluationOptionGroup()
        : this(Images, Texts, TextPerplexity, Choices, Generation)
    {
    }

    private EvaluationOptionGroup(params string[] tasks)
    {
        _tasks = tasks;
        _task = new("--task") { Required = true, HelpName = "TASK", Description = $"What to measure: {string.Join(", ", tasks[..^1])} or {tasks[^1]}." };
    }

    /// <summary>The tasks in which a model scores what may be the case: its predictions have probabilities.</summary>
    public static EvaluationOptionGroup OfScores() => new(Images, Texts, TextPerplexity);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            _task, _data, _labels, _textColumn, _labelColumn, _idsColumn, _head, _headName, _prompts, _templates, _promptModel, _tokenizer, _maximumLength, _window,
            _stride, _batch, _threads,
        })
        {
            command.Add(option);
        }

        _pictures.AddTo(command);
        if (_tasks.Contains(Generation))
        {
            _generation.AddTo(command);
        }

        _examples.AddTo(command);
    }

    public ComputeOptions Compute(ParseResult parsed) => new() { Threads = OptionFactory.AtLeastOne(parsed, _threads) ?? 0 };

    /// <summary>The seed of all that is drawn.</summary>
    public ulong Seed(ParseResult parsed) => _examples.Seed(parsed);

    /// <summary>Whether models that the user names are needed for something else than the model that is measured.</summary>
    public bool UsesModels(ParseResult parsed) => _generation.UsesModels(parsed);

    /// <summary>Whether the task is one in which texts are written.</summary>
    public bool WritesTexts(ParseResult parsed) => parsed.GetRequiredValue(_task) == Generation;

    /// <summary>The evaluator for a model; reads the data, and notes what had to be assumed.</summary>
    public ModelEvaluator Create(ParseResult parsed, Checkpoint checkpoint, EvaluatedModel models, ComputeContext context, Action<string> note)
    {
        ModelLoadOptions loading = models.Bind(parsed);
        string folder = ModelSettings.FolderOf(checkpoint);
        var settings = ModelSettings.Read(checkpoint, loading.ConfigPath);
        var options = new EvaluatorOptions { BatchSize = OptionFactory.AtLeastOne(parsed, _batch) ?? 64, Seed = _examples.Seed(parsed), Compute = Compute(parsed), Loading = loading };
        string task = parsed.GetRequiredValue(_task);
        return (_tasks.Contains(task) ? task : string.Empty) switch
        {
            Images => ForImages(parsed, folder, settings, options, context, note),
            Texts => ForTexts(parsed, folder, settings, options, context),
            TextPerplexity => new PerplexityEvaluator(
                Tokenizer(parsed, folder, settings).Encode(TextFiles.ReadText(Data(parsed))).Ids, OptionFactory.AtLeastOne(parsed, _window), OptionFactory.AtLeastOne(parsed, _stride), options),
            Choices => ForChoices(parsed, folder, settings, options),
            Generation => ForGeneration(parsed, folder, settings, options, (context, models)),
            _ => throw new UsageException($"--task is one of {string.Join(", ", _tasks)}, not '{Printable.Of(task)}'."),
        };
    }

    private ImageClassificationEvaluator ForImages(
        ParseResult parsed, string folder, ModelSettings settings, EvaluatorOptions options, ComputeContext context, Action<string> note)
    {
        string data = Data(parsed);
        IImageDataset dataset = Directory.Exists(data) ? ImageFolderDataset.Open(data) : IdxImageDataset.Open(
            data, parsed.GetValue(_labels) ?? throw new UsageException("An IDX file of images needs the one of labels: --labels FILE."));
        FrozenHead? head = Head(parsed);
        PromptSet? prompts = Prompts(parsed, dataset.ClassNames);
        IReadOnlyList<int>? classes = prompts is not null ? prompts.ClassesOf(dataset.ClassNames)
            : head is not null ? head.ClassesOf(dataset.ClassNames)
            : settings.ClassesOf(dataset.ClassNames);
        ImageProcessor processor = _pictures.Create(parsed, folder, settings, note);
        ImageExamples examples = ImageExamples.From(dataset, processor, classes);
        examples = examples.Select(_examples.Choose(parsed, examples.Labels));
        head ??= Fixed(parsed, prompts, context);
        return prompts is null || head is not null
            ? new ImageClassificationEvaluator(examples, head, options)
            : new ImageClassificationEvaluator(examples, prompts, Tokenizer(parsed, folder, settings), options);
    }

    private TextClassificationEvaluator ForTexts(ParseResult parsed, string folder, ModelSettings settings, EvaluatorOptions options, ComputeContext context)
    {
        FrozenHead? head = Head(parsed);
        TextExamples examples;
        PromptSet? prompts;
        if (parsed.GetValue(_idsColumn) is { } ids)
        {
            examples = TokenFile.Read(Data(parsed), ids, parsed.GetRequiredValue(_labelColumn));
            examples = examples.Select(_examples.Choose(parsed, examples.Labels));
            prompts = Prompts(parsed, []);
        }
        else
        {
            (examples, prompts) = Tokenize(parsed, folder, settings, head);
        }

        head ??= Fixed(parsed, prompts, context);
        return prompts is null || head is not null
            ? new TextClassificationEvaluator(examples, head, options)
            : new TextClassificationEvaluator(examples, prompts, Tokenizer(parsed, folder, settings), options);
    }

    private (TextExamples Examples, PromptSet? Prompts) Tokenize(ParseResult parsed, string folder, ModelSettings settings, FrozenHead? head)
    {
        var dataset = TextDataset.Open(Data(parsed), new TextDatasetOptions
        {
            TextColumn = parsed.GetRequiredValue(_textColumn),
            LabelColumn = parsed.GetRequiredValue(_labelColumn),
            ClassNames = Prompts(parsed, [])?.ClassNames ?? (head is { ClassNames.Count: > 0 } ? head.ClassNames : null),
        });
        if (dataset.ClassNames.Count == 0)
        {
            throw new UsageException("Texts need labels to be classified by; use a .csv, .tsv or .jsonl file.");
        }

        PromptSet? prompts = Prompts(parsed, dataset.ClassNames);
        IReadOnlyList<int>? classes = prompts is not null ? null : (head is null ? settings : new ModelSettings()).ClassesOf(dataset.ClassNames);
        Tokenizer tokenizer = Tokenizer(parsed, folder, settings);
        int length = OptionFactory.AtLeastOne(parsed, _maximumLength) ?? settings.LengthOfTexts(tokenizer);
        int[] labels = [.. dataset.Labels.Select(label => classes?[label] ?? label)];
        IReadOnlyList<int> chosen = _examples.Choose(parsed, labels);
        return (TextExamples.From([.. chosen.Select(dataset.TextOf)], [.. chosen.Select(index => labels[index])], tokenizer, length), prompts);
    }

    private MultipleChoiceEvaluator ForChoices(ParseResult parsed, string folder, ModelSettings settings, EvaluatorOptions options)
    {
        IReadOnlyList<ChoiceExample> questions = ChoiceFile.Read(Data(parsed), Tokenizer(parsed, folder, settings));
        IReadOnlyList<int> chosen = _examples.Choose(parsed, [.. questions.Select(question => question.Label)]);
        return new MultipleChoiceEvaluator([.. chosen.Select(index => questions[index])], options);
    }

    private GenerationEvaluator ForGeneration(
        ParseResult parsed, string folder, ModelSettings settings, EvaluatorOptions options, (ComputeContext Context, EvaluatedModel Models) run)
    {
        FrozenHead? head = Head(parsed);
        IReadOnlyList<string> prompts = PromptFile.Read(Data(parsed), parsed.GetRequiredValue(_textColumn));
        IReadOnlyList<int> chosen = _examples.Choose(parsed, new int[prompts.Count]);
        return parsed.GetValue(_templates) is { Length: > 0 }
            ? throw new UsageException("Texts that are generated have no class names for --template; give --prompts FILE.")
            : _generation.Create(parsed, [.. chosen.Select(index => prompts[index])], Tokenizer(parsed, folder, settings), settings, head, Prompts(parsed, []), options, run);
    }

    private string Data(ParseResult parsed) => parsed.GetValue(_data) ?? throw new UsageException("Name the data to evaluate on with --data PATH.");

    private FrozenHead? Head(ParseResult parsed)
    {
        string? file = parsed.GetValue(_head);
        bool isZeroShot = parsed.GetValue(_prompts) is not null || parsed.GetValue(_templates) is { Length: > 0 };
        if ((file is not null && isZeroShot) || (parsed.GetValue(_prompts) is not null && parsed.GetValue(_templates) is { Length: > 0 }))
        {
            throw new UsageException("--head, --prompts and --template exclude each other.");
        }

        return file is null ? null : FrozenHead.Load(file, parsed.GetValue(_headName));
    }

    /// <summary>The head that another model makes of the prompts, if one is named.</summary>
    private FrozenHead? Fixed(ParseResult parsed, PromptSet? prompts, ComputeContext context)
    {
        if (parsed.GetValue(_promptModel) is not { } path)
        {
            return null;
        }

        if (prompts is null)
        {
            throw new UsageException("--prompt-model encodes the prompts of --prompts or --template; give one of them.");
        }

        Checkpoint checkpoint = Checkpoint.Open(path);
        string folder = ModelSettings.FolderOf(checkpoint);
        using Model model = ModelLoader.Load(checkpoint, context);
        return prompts.Encode(model, Tokenizer(parsed, folder, ModelSettings.Read(checkpoint)));
    }

    private PromptSet? Prompts(ParseResult parsed, IReadOnlyList<string> classNames)
    {
        if (parsed.GetValue(_prompts) is { } file)
        {
            return PromptSet.Read(file);
        }

        return parsed.GetValue(_templates) is { Length: > 0 } templates && classNames.Count > 0 ? PromptSet.Create(classNames, templates) : null;
    }

    private Tokenizer Tokenizer(ParseResult parsed, string folder, ModelSettings settings) => settings.LoadTokenizer(parsed.GetValue(_tokenizer) ?? folder);
}
