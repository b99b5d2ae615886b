using TaskVectors.Models.Training.Lora;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>Binds a configuration strictly: every key must be known, every value of its kind and in its range.</summary>
internal sealed class ConfigurationBinder(RecipeProblems problems)
{
    /// <summary>The keys of a configuration.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        "task", "model", "edit", "models", "any_base", "tokenizer", "processor", "data", "classes", "validation", "head", "trained", "frozen", "lora", "optimizer",
        "learning_rate", "weight_decay", "momentum", "betas", "epsilon", "schedule", "warmup_steps", "warmup_ratio", "steps", "epochs", "batch_size",
        "max_length", "clip_norm", "checkpoint_every", "evaluate_every", "keep_best", "seed",
    ];

    private static readonly Dictionary<string, TrainingTask> Tasks = new(StringComparer.Ordinal)
    {
        ["image-classification"] = TrainingTask.ImageClassification,
        ["text-classification"] = TrainingTask.TextClassification,
        ["language-model"] = TrainingTask.LanguageModel,
    };

    private static readonly Dictionary<string, OptimizerKind> Optimizers = new(StringComparer.Ordinal) { ["adamw"] = OptimizerKind.AdamW, ["sgd"] = OptimizerKind.Sgd };

    private static readonly Dictionary<string, ScheduleKind> Schedules = new(StringComparer.Ordinal)
    {
        ["cosine"] = ScheduleKind.Cosine,
        ["linear"] = ScheduleKind.Linear,
        ["constant"] = ScheduleKind.Constant,
    };

    /// <summary>Reads and binds a text.</summary>
    public BoundConfiguration? Bind(string text)
    {
        IReadOnlyList<YamlNode> roots = YamlReader.Read(text, problems, "configuration");
        if (roots is [YamlMapping mapping])
        {
            return Bind(new ConfigurationSection("The configuration", mapping, Keys, problems));
        }

        if (roots.Count > 1)
        {
            problems.Error(roots[1], "A configuration is one YAML document; this is a second.");
        }
        else if (!problems.HasErrors)
        {
            YamlNode? root = roots.Count == 0 ? null : roots[0];
            problems.Error(root?.Line ?? 1, root?.Column ?? 1, "A configuration must be a mapping of keys to values; it needs task, model, data, learning_rate and steps or epochs.");
        }

        return null;
    }

    private BoundConfiguration Bind(ConfigurationSection root)
    {
        DataBinder data = new(problems);
        TrainingTask? task = root.Word("task", Tasks);
        Require(root, "task", $"It is one of {string.Join(", ", Tasks.Keys)}.");
        Require(root, "data", "It names what is trained on.");
        Require(root, "learning_rate", "Typical are 2e-5 to 1e-3.");
        RequireAny(root, "model", "edit");
        RequireAny(root, "steps", "epochs");
        _ = root.RequireOneAtMost("warmup_steps", "warmup_ratio");
        RequireTogether(root, "edit", "models");
        (DataSourceConfiguration? validation, double? share) = data.Validation(root, task);
        if (root.Find("evaluate_every") is { } every && root.Find("validation") is null)
        {
            problems.Error(every.Key, "'evaluate_every' needs held-out examples: give 'validation' too.");
        }

        if (root.Truth("keep_best") == true && root.Find("validation") is null)
        {
            problems.Error(root.PlaceOf("keep_best"), "'keep_best' needs held-out examples: give 'validation' too.");
        }

        BoundConfiguration bound = new()
        {
            Task = task,
            Model = root.Text("model"),
            Edit = root.Text("edit"),
            Models = Models(root),
            AnyBase = root.Truth("any_base") ?? false,
            Tokenizer = root.Text("tokenizer"),
            Processor = root.Text("processor"),
            Data = data.Sources(root, task),
            ClassNames = root.Texts("classes") is { Count: > 0 } classes ? [.. classes.Select(name => name.Text)] : null,
            Validation = validation,
            ValidationShare = share,
            Head = new HeadBinder(problems).Bind(root, task),
            Trained = root.Texts("trained"),
            Frozen = root.Texts("frozen"),
            Options = Options(root),
            Steps = root.Integer("steps", 1),
            Epochs = root.Number("epochs", value => value > 0, "more than 0"),
            WarmUpRatio = root.Number("warmup_ratio", value => value is >= 0 and <= 1, "from 0 to 1"),
            MaximumLength = root.Integer("max_length", 2),
            PlaceOf = root.PlaceOf,
        };
        return BindLora(root, bound);
    }

    private IReadOnlyList<(string Name, PlacedText Path)> Models(ConfigurationSection root)
    {
        List<(string, PlacedText)> models = [];
        foreach (YamlEntry entry in root.Mapping("models")?.Entries ?? [])
        {
            if (Recipes.Binding.ScalarReader.Text(entry, problems) is { } path)
            {
                models.Add((entry.Name, new PlacedText(path.Text, path)));
            }
        }

        return models;
    }

    private TrainingOptions Options(ConfigurationSection root)
    {
        OptimizerKind? optimizer = root.Word("optimizer", Optimizers);
        foreach (string key in (string[])["betas", "epsilon"])
        {
            RequireOptimizer(root, key, optimizer ?? OptimizerKind.AdamW, OptimizerKind.AdamW);
        }

        RequireOptimizer(root, "momentum", optimizer ?? OptimizerKind.AdamW, OptimizerKind.Sgd);
        TrainingOptions defaults = new() { Steps = 1, LearningRate = 0 };
        (double first, double second) = Betas(root) ?? (defaults.Adam.Beta1, defaults.Adam.Beta2);
        return defaults with
        {
            LearningRate = root.Number("learning_rate", value => value > 0, "more than 0") ?? 0,
            BatchSize = root.Integer("batch_size", 1) ?? defaults.BatchSize,
            WarmUpSteps = root.Integer("warmup_steps") ?? 0,
            Schedule = root.Word("schedule", Schedules) ?? defaults.Schedule,
            Optimizer = optimizer ?? defaults.Optimizer,
            Adam = new AdamOptions
            {
                Beta1 = first,
                Beta2 = second,
                Epsilon = root.Number("epsilon", value => value > 0, "more than 0") ?? defaults.Adam.Epsilon,
            },
            Momentum = root.Number("momentum", value => value is >= 0 and < 1, "from 0 to below 1") ?? 0,
            WeightDecay = root.Number("weight_decay", value => value >= 0, "at least 0") ?? 0,
            ClipNorm = root.Find("clip_norm") is { Value: YamlScalar { IsNull: true } }
                ? null
                : root.Number("clip_norm", value => value > 0, "more than 0, or null for none") ?? defaults.ClipNorm,
            CheckpointEvery = root.Integer("checkpoint_every") ?? defaults.CheckpointEvery,
            EvaluateEvery = root.Integer("evaluate_every") ?? 0,
            KeepBest = root.Truth("keep_best") ?? false,
            Seed = root.Seed("seed") ?? 0,
        };
    }

    private static (double First, double Second)? Betas(ConfigurationSection root)
    {
        if (root.Find("betas") is not { } entry)
        {
            return null;
        }

        double?[] values = entry.Value is YamlSequence { Items: [var first, var second] } ? [root.NumberOf("betas", first), root.NumberOf("betas", second)] : [];
        if (values is [>= 0 and < 1, >= 0 and < 1])
        {
            return (values[0]!.Value, values[1]!.Value);
        }

        root.Error(entry.Value, "'betas' must be two numbers from 0 to below 1, such as [0.9, 0.999].");
        return null;
    }

    private BoundConfiguration BindLora(ConfigurationSection root, BoundConfiguration bound)
    {
        if (root.Section("lora", "lora", ["rank", "alpha", "targets", "exclude", "rslora", "seed"]) is not { } lora)
        {
            return bound;
        }

        if (bound.Frozen.Count > 0 && bound.Trained.Count == 0)
        {
            problems.Error(bound.Frozen[0].Node, "With 'lora' all weights are frozen; 'frozen' only makes exceptions from 'trained', what is trained whole beside the adapters.");
        }

        Require(lora, "targets", "It lists patterns of weights, such as '*.query.weight'.");
        int rank = lora.Integer("rank", 1) ?? 16;
        LoraOptions options = new()
        {
            Rank = rank,
            Alpha = lora.Number("alpha", value => value > 0, "more than 0") ?? 2 * rank,
            UsesRankStabilisedScale = lora.Truth("rslora") ?? false,
            Seed = lora.Seed("seed") ?? 0,
            Targets = Algebra.TensorFilter.All,
        };
        return bound with { Lora = options, LoraTargets = lora.Texts("targets"), LoraExcluded = lora.Texts("exclude") };
    }

    private void Require(ConfigurationSection section, string key, string advice)
    {
        if (section.Find(key) is null)
        {
            problems.Error(section.Node, $"'{key}' is missing. {advice}");
        }
    }

    private void RequireAny(ConfigurationSection section, string first, string second)
    {
        if (!section.RequireOneAtMost(first, second))
        {
            problems.Error(section.Node, $"Give '{first}' or '{second}'; neither is given.");
        }
    }

    private void RequireTogether(ConfigurationSection section, string first, string second)
    {
        if (section.Find(first) is null != section.Find(second) is null)
        {
            problems.Error((section.Find(first) ?? section.Find(second))!.Key, $"'{first}' and '{second}' go together: an expression and the models that it names.");
        }
    }

    private void RequireOptimizer(ConfigurationSection root, string key, OptimizerKind given, OptimizerKind needed)
    {
        if (root.Find(key) is { } entry && given != needed)
        {
            problems.Error(entry.Key, $"'{key}' is of the optimizer {Optimizers.First(pair => pair.Value == needed).Key}, and the optimizer is {Optimizers.First(pair => pair.Value == given).Key}.");
        }
    }
}
