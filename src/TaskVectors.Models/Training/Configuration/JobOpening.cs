using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Tokenizers;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Opens everything that a configuration names; what fails is reported together with what is wrong with the configuration itself.</summary>
internal sealed class JobOpening
{
    private const int DefaultPieceLength = 256;

    private readonly TrainingConfiguration _configuration;
    private readonly BoundConfiguration _bound;
    private readonly ComputeContext _context;
    private readonly ulong _seed;
    private readonly Action<string> _note;
    private readonly ConfigurationErrors _errors;
    private readonly ConfigurationPaths _paths;
    private readonly ConfiguredModel _model;
    private Tokenizer? _tokenizer;

    public JobOpening(TrainingConfiguration configuration, ComputeContext context, ulong seed, Action<string> note)
    {
        (_configuration, _bound, _context, _seed, _note) = (configuration, configuration.Bound, context, seed, note);
        _errors = new ConfigurationErrors(configuration);
        _paths = new ConfigurationPaths(configuration.Folder);
        _model = new ConfiguredModel(_bound, _paths, _errors);
    }

    public TrainingJob Open()
    {
        Checkpoint? checkpoint = _model.Open();
        ModelSettings? settings = checkpoint is null ? null : _errors.Try(_model.Node, () => ModelSettings.Read(checkpoint));
        string folder = checkpoint is null ? string.Empty : ModelSettings.FolderOf(checkpoint);
        PromptSet? prompts = Prompts();
        FrozenHead? head = _bound.Head is { File: { } file } given ? _errors.Try(file.Node, () => FrozenHead.Load(_paths.Of(file.Text), given.Name)) : null;
        ConfiguredTask? task = checkpoint is null || settings is null ? null : Task(folder, settings);
        bool isPrepared = task?.Prepare(settings!, prompts?.ClassNames ?? (head is { ClassNames.Count: > 0 } ? head.ClassNames : null)) ?? false;
        RequirePatterns(checkpoint);
        _errors.ThrowIfAny();
        return isPrepared ? Load(checkpoint!, task!, head, prompts) : throw new InvalidOperationException("What keeps the data from being used was not reported.");
    }

    private TrainingJob Load(Checkpoint checkpoint, ConfiguredTask task, FrozenHead? head, PromptSet? prompts)
    {
        Model? model = _errors.Try(_model.Node, () => ModelLoader.Load(checkpoint, _context, _model.Loading));
        _errors.ThrowIfAny();
        try
        {
            Require(_model.Node, task.ObstacleOf(model!) is { } obstacle ? $"{model!.Architecture} {obstacle}." : null);
            _ = _errors.Try(_bound.PlaceOf("data"), () => task.Training);
            _errors.ThrowIfAny();
            head ??= PromptHeadOf(model!, task, prompts);
            RequireLabels(model!, task, head);
            TrainingOptions options = Complete(task, head);
            _errors.ThrowIfAny();
            _ = _errors.Try(_model.Node, () => Rehearse(model!, task.Training, head));
            _errors.ThrowIfAny();
            return new TrainingJob(_configuration, task, checkpoint, _paths.Found, model!, options);
        }
        catch
        {
            model!.Dispose();
            throw;
        }
    }

    private ConfiguredTask? Task(string folder, ModelSettings settings)
    {
        if (_bound.Task is null)
        {
            return null;
        }

        if (_bound.Task == TrainingTask.ImageClassification)
        {
            if (_bound.Head is { IsOfPrompts: true } && TokenizerOf(folder, settings) is null)
            {
                return null;
            }

            ImageProcessor? processor = _errors.Try(_bound.Processor?.Node ?? _model.Node, () => ProcessorOf(folder, settings));
            return processor is null ? null : new ImageTask(_bound, _seed, _paths, _errors, processor);
        }

        if (TokenizerOf(folder, settings) is not { } tokenizer)
        {
            return null;
        }

        int most = settings.MaximumLength ?? int.MaxValue;
        if (_bound.MaximumLength > most)
        {
            _errors.Add(_bound.PlaceOf("max_length"), $"'max_length' is {_bound.MaximumLength}, and the model takes at most {most} tokens.");
        }

        return _bound.Task == TrainingTask.TextClassification
            ? new TextTask(_bound, _seed, _paths, _errors, tokenizer, _bound.MaximumLength ?? settings.LengthOfTexts(tokenizer))
            : new LanguageTask(_bound, _seed, _paths, _errors, tokenizer, _bound.MaximumLength ?? Math.Min(most, DefaultPieceLength));
    }

    private Tokenizer? TokenizerOf(string folder, ModelSettings settings) =>
        _tokenizer ??= _errors.Try(_bound.Tokenizer?.Node ?? _model.Node, () => settings.LoadTokenizer(_bound.Tokenizer is { } path ? _paths.Of(path.Text) : folder));

    private ImageProcessor ProcessorOf(string folder, ModelSettings settings)
    {
        if (_bound.Processor is { } path)
        {
            return ImageProcessor.Load(_paths.Of(path.Text));
        }

        ImageProcessor processor = settings.LoadImageProcessor(folder, out bool isAssumed);
        if (isAssumed)
        {
            _note($"There is no {ImageProcessor.FileName}: images are resized to the model's size, and values lie between -1 and 1.");
        }

        return processor;
    }

    private PromptSet? Prompts()
    {
        if (_bound.Head is not { IsOfPrompts: true } head)
        {
            return null;
        }

        if (head.Templates.Count > 0)
        {
            return _bound.ClassNames is { } names ? _errors.Try(head.Node, () => PromptSet.Create(names, head.Templates)) : MissingClasses(head);
        }

        PromptSet? prompts = head.PromptFile is { } file
            ? _errors.Try(file.Node, () => PromptSet.Read(_paths.Of(file.Text)))
            : _errors.Try(head.Node, () => PromptSet.Create(head.Prompts));
        if (prompts is not null && _bound.ClassNames is { } classes && !classes.SequenceEqual(prompts.ClassNames))
        {
            _errors.Add(_bound.PlaceOf("classes"), $"'classes' are {string.Join(", ", classes)}, and the prompts are of {string.Join(", ", prompts.ClassNames)}. Leave 'classes' out.");
        }

        return prompts;
    }

    private PromptSet? MissingClasses(HeadConfiguration head)
    {
        _errors.Add(head.Node, "'templates' need the names of the classes: list them in 'classes'.");
        return null;
    }

    /// <summary>Patterns are looked up in the headers, so that they are reported with all else.</summary>
    private void RequirePatterns(Checkpoint? checkpoint)
    {
        if (checkpoint is null)
        {
            return;
        }

        string[] names = [.. checkpoint.Tensors.Select(tensor => tensor.Name)];
        foreach (PlacedText text in _bound.Trained.Concat(_bound.Frozen).Concat(_bound.LoraTargets).Concat(_bound.LoraExcluded))
        {
            NamePattern pattern = new(text.Text);
            if (!Array.Exists(names, pattern.Matches))
            {
                _errors.Add(text.Node, $"No parameter fits '{text.Text}'.{SimilarNames.Question(text.Text, names)} The model has {string.Join(", ", names.Take(3))} and so on.");
            }
        }
    }

    private FrozenHead? PromptHeadOf(Model model, ConfiguredTask task, PromptSet? prompts)
    {
        if (prompts is null)
        {
            return null;
        }

        HeadConfiguration head = _bound.Head!;
        int[] sample = [.. SeededOrder.Shuffle(task.Training.Count, _seed).Take(head.CentringExamples)];
        FrozenHead? made = _errors.Try(head.Node, () => PromptHead.Create(model, _tokenizer!, prompts, sample.Length == 0 ? null : task.Training, sample, head.Scale));
        _errors.ThrowIfAny();
        return made;
    }

    private void RequireLabels(Model model, ConfiguredTask task, FrozenHead? head)
    {
        if (_bound.Task == TrainingTask.LanguageModel)
        {
            return;
        }

        int? classes = head?.Classes
            ?? (model.Parameters.GetValueOrDefault("classifier.weight") ?? model.Parameters.GetValueOrDefault("classifier.out_proj.weight"))?.Size(0);
        if (classes is null)
        {
            _errors.Add(_model.Node, $"{model.Architecture} has no classifier of its own. Give a 'head': a file, prompts or templates.");
            return;
        }

        foreach ((int label, YamlNode node) in task.Labels.Where(pair => pair.Label >= classes))
        {
            string name = task.ClassNames is { } names && label < names.Count ? $" ('{names[label]}')" : string.Empty;
            string message = $"The label {label}{name} is out of range: the head has {classes} classes, numbered from 0.";
            _errors.Add(node, message, new DataException("data.label", message));
        }
    }

    private TrainingOptions Complete(ConfiguredTask task, FrozenHead? head)
    {
        TrainingOptions options = _bound.Options;
        double steps = _bound.Steps ?? Math.Ceiling(_bound.Epochs!.Value * task.Training.Count / options.BatchSize);
        if (steps > int.MaxValue)
        {
            _errors.Add(_bound.PlaceOf("epochs"), $"That is {steps:E1} steps, more than can be counted.");
            return options;
        }

        int warmUp = _bound.WarmUpRatio is { } ratio ? (int)Math.Round(ratio * steps) : options.WarmUpSteps;
        if (warmUp > steps)
        {
            _errors.Add(_bound.PlaceOf("warmup_steps"), $"The warm-up of {warmUp} steps is longer than the run of {steps}.");
        }

        return options with
        {
            Steps = (int)steps,
            WarmUpSteps = warmUp,
            Seed = _seed,
            Trained = Filter(_bound.Trained, _bound.Frozen),
            Lora = _bound.Lora is { } lora ? lora with { Targets = Filter(_bound.LoraTargets, _bound.LoraExcluded) } : null,
            Head = head,
            Validation = task.CreateValidation(head),
        };
    }

    private static TensorFilter Filter(IReadOnlyList<PlacedText> include, IReadOnlyList<PlacedText> exclude) =>
        new([.. include.Select(text => new NamePattern(text.Text))], [.. exclude.Select(text => new NamePattern(text.Text))]);

    /// <summary>Runs one example, so that what does not fit is found before anything is written.</summary>
    private static object Rehearse(Model model, ITrainingData data, FrozenHead? head)
    {
        using IDisposable inference = model.Context.BeginInference();
        using TensorScope scope = model.Context.BeginScope();
        ModelInputs batch = data.CreateBatch(model.Context, [0]);
        if (head is null)
        {
            return model.Run(batch).Loss ?? throw new TrainingException(
                "training.no-loss", $"{model.Architecture} has no head with a loss. Train a classifier or a language model, or give a head.");
        }

        using FrozenHeadLoss loss = new(model.Context, head);
        return loss.Of(model, batch);
    }

    private void Require(YamlNode node, string? problem)
    {
        if (problem is not null)
        {
            _errors.Add(node, problem, new ModelException(ModelError.InvalidInput, problem));
        }

        _errors.ThrowIfAny();
    }
}
