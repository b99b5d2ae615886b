using System.Text;
using TaskVectors.Execution;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Training;
using TaskVectors.Models.Training.Configuration;
using TaskVectors.Recipes;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Training.Configuration;

/// <summary>What a configuration means, and what is said of one that is wrong: where it is wrong, and what to do.</summary>
public sealed class TrainingConfigurationTests : IDisposable
{
    private const string Good = """
        task: text-classification
        model: MODEL
        tokenizer: vocab.txt
        data: {path: texts.csv}
        head: {prompts: {good: good blue, bad: [bad, red bad]}, centre: 4}
        learning_rate: 1e-3
        steps: 3
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 1 });

    public TrainingConfigurationTests()
    {
        File.WriteAllLines(_folder["vocab.txt"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "good", "bad"]);
        File.WriteAllLines(_folder["large.txt"], [.. File.ReadAllLines(_folder["vocab.txt"]), .. Enumerable.Range(0, 90).Select(i => $"word{i}")]);
        File.WriteAllText(_folder["texts.csv"], "text,label\n" + string.Concat(Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? "good green,good\n" : "bad green red,bad\n")));
        File.WriteAllText(_folder["numbers.csv"], "words,class\ngood,0\nbad,1\nred,2\n");
        File.WriteAllText(_folder["long.txt"], string.Join(' ', Enumerable.Repeat("red green blue good bad", 40)));
    }

    public void Dispose()
    {
        _context.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_damaged_configuration_has_problems_with_a_place_or_none()
    {
        int wrong = 0;
        new Mutations([Encoding.UTF8.GetBytes(Good)], "\n", ": ", "{", "}", "[", "]", "&a ", "*a", "- ", "null", "-1", "1e999", "0.5", "steps: 1", "epochs: 2", "\u0001", "!!x ", "---\n").ForEach((bytes, round) =>
        {
            File.WriteAllBytes(_folder["damaged.yml"], bytes);
            IReadOnlyList<RecipeProblem> problems = TrainingConfiguration.Load(_folder["damaged.yml"]).Problems;
            Assert.All(problems, problem => Assert.True(problem.Line > 0 && problem.Column > 0, problem.ToString()));
            wrong += Math.Sign(problems.Count);
        });
        Assert.True(wrong > 0);
    }

    [Fact]
    public void Keys_that_are_left_out_have_defaults_and_the_others_are_taken()
    {
        using TrainingJob job = Open(Good);
        using TrainingJob other = Open(Good.Replace("steps: 3", """
            epochs: 2.5
            batch_size: 4
            optimizer: adamw
            betas: [0.8, 0.95]
            epsilon: 1e-6
            weight_decay: 0.1
            schedule: linear
            warmup_ratio: 0.3
            clip_norm: null
            checkpoint_every: 2
            evaluate_every: 3
            keep_best: true
            validation: {share: 0.2}
            trained: ["encoder.*"]
            frozen: ["*LayerNorm*", "*.bias"]
            seed: 18446744073709551615
            x-note: free
            """, StringComparison.Ordinal));

        TrainingOptions options = job.Options;
        Assert.Equal((3, 32, 1e-3, 0, ScheduleKind.Cosine, OptimizerKind.AdamW), (options.Steps, options.BatchSize, options.LearningRate, options.WarmUpSteps, options.Schedule, options.Optimizer));
        Assert.Equal((1.0, 0.0, 500, 0ul), (options.ClipNorm, options.WeightDecay, options.CheckpointEvery, options.Seed));
        Assert.Equal((10, 0), (job.Examples, job.HeldOut));
        Assert.Equal(["good", "bad"], job.ClassNames);
        Assert.Equal((2, 32), (options.Head!.Classes, options.Head.Width));
        Assert.Null(options.Validation);

        TrainingOptions given = other.Options;
        Assert.Equal((8, 2), (other.Examples, other.HeldOut));
        Assert.Equal((5, 4, 2, ScheduleKind.Linear), (given.Steps, given.BatchSize, given.WarmUpSteps, given.Schedule));
        Assert.Equal((0.8, 0.95, 1e-6), (given.Adam.Beta1, given.Adam.Beta2, given.Adam.Epsilon));
        Assert.Equal((null, 0.1, 2, 3, true, ulong.MaxValue), (given.ClipNorm, given.WeightDecay, given.CheckpointEvery, given.EvaluateEvery, given.KeepBest, given.Seed));
        Assert.NotNull(given.Validation);
        Assert.All(other.Parameters, name => Assert.Matches(@"^encoder\.layer\.\d\..*\.weight$", name));
        Assert.DoesNotContain(other.Parameters, name => name.Contains("LayerNorm", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unsaved_edit_is_trained_like_a_model_and_adapters_are_bound()
    {
        string yaml = Good.Replace("model: MODEL", "edit: a + 0.5*(b - a)\nmodels: {a: MODEL, b: MODEL}", StringComparison.Ordinal)
            + "\nlora: {rank: 2, targets: ['*.query.weight', '*.value.weight'], exclude: ['*.layer.1.*', 'encoder.layer.2'], rslora: true, seed: 5}";

        using TrainingJob job = Open(yaml);

        Assert.Equal((2, 4.0, true, 5ul), (job.Options.Lora!.Rank, job.Options.Lora.Alpha, job.Options.Lora.UsesRankStabilisedScale, job.Options.Lora.Seed));
        Assert.Equal(["encoder.layer.0.attention.self.query.weight", "encoder.layer.0.attention.self.value.weight"], job.Parameters);
    }

    [Fact]
    public void Data_sets_with_weights_are_mixed_and_labels_are_found_by_name_or_number()
    {
        string yaml = Good.Replace("{path: texts.csv}", """

            - {path: texts.csv, weight: 3}
            - {path: numbers.csv, text_column: words, label_column: class, weight: 1, limit: 2}
            """, StringComparison.Ordinal).Replace("bad: [bad, red bad]", "bad: [bad, red bad], red: red", StringComparison.Ordinal);

        using TrainingJob job = Open(yaml);

        Assert.Equal(12, job.Examples);
        Assert.Equal(["good", "bad", "red"], job.ClassNames);
    }

    [Theory]
    [InlineData("learning_rate: 1e-3", "learnin_rate: 1e-3", "6:1: The configuration has no key 'learnin_rate'. Did you mean 'learning_rate'?", "1:1: 'learning_rate' is missing.")]
    [InlineData("steps: 3", "steps: 3\noptimiser: sgd", "8:1: The configuration has no key 'optimiser'. Did you mean 'optimizer'?")]
    [InlineData("steps: 3", "steps: three", "7:8: 'steps' must be a whole number, got 'three'.")]
    [InlineData("steps: 3", "steps: 0", "7:8: 'steps' must be at least 1, got 0.")]
    [InlineData("steps: 3", "steps: 3\nepochs: 1", "8:1: 'steps' and 'epochs' exclude each other")]
    [InlineData("steps: 3", "x-steps: 3", "Give 'steps' or 'epochs'; neither is given.")]
    [InlineData("text-classification", "text-clasification", "1:7: There is no task 'text-clasification'. Did you mean 'text-classification'?")]
    [InlineData("steps: 3", "steps: 3\noptimizer: adam", "8:12: There is no optimizer 'adam'. Did you mean 'adamw'?")]
    [InlineData("steps: 3", "steps: 3\nschedule: cosin", "8:11: There is no schedule 'cosin'. Did you mean 'cosine'?")]
    [InlineData("steps: 3", "steps: 3\nmomentum: 0.9", "8:1: 'momentum' is of the optimizer sgd, and the optimizer is adamw.")]
    [InlineData("steps: 3", "steps: 3\noptimizer: sgd\nbetas: [0.9, 0.99]", "9:1: 'betas' is of the optimizer adamw, and the optimizer is sgd.")]
    [InlineData("steps: 3", "steps: 3\nbetas: 0.9", "8:8: 'betas' must be two numbers from 0 to below 1")]
    [InlineData("steps: 3", "steps: 3\nwarmup_steps: 1\nwarmup_ratio: 0.1", "9:1: 'warmup_steps' and 'warmup_ratio' exclude each other")]
    [InlineData("steps: 3", "steps: 3\nwarmup_steps: 4", "8:1: The warm-up of 4 steps is longer than the run of 3.")]
    [InlineData("steps: 3", "steps: 3\nseed: -1", "8:7: 'seed' must be a whole number of at least 0, got '-1'.")]
    [InlineData("steps: 3", "steps: 3\nkeep_best: maybe", "8:12: 'keep_best' must be true or false")]
    [InlineData("steps: 3", "steps: 3\nevaluate_every: 5", "8:1: 'evaluate_every' needs held-out examples")]
    [InlineData("steps: 3", "steps: 3\nmax_length: 1000", "8:1: 'max_length' is 1000, and the model takes at most 24 tokens.")]
    [InlineData("steps: 3", "steps: 3\ntrained: ['encodr.*']", "8:11: No parameter fits 'encodr.*'.")]
    [InlineData("steps: 3", "steps: 3\ntrained: []", "8:10: 'trained' is an empty list")]
    [InlineData("steps: 3", "steps: 3\nlora: {rank: 4}", "8:7: 'targets' is missing.")]
    [InlineData("steps: 3", "steps: 3\nlora: {rang: 4, targets: x.query}", "8:8: lora has no key 'rang'. Did you mean 'rank'?", "8:26: No parameter fits 'x.query'.")]
    [InlineData("steps: 3", "steps: 3\nfrozen: '*.bias'\nlora: {targets: '*.query.weight'}", "8:9: With 'lora' all weights are frozen")]
    [InlineData("model: MODEL", "model: nowhere/", "2:8: ")]
    [InlineData("model: MODEL", "model: MODEL\nedit: a + b", "3:1: 'model' and 'edit' exclude each other", "3:1: 'edit' and 'models' go together")]
    [InlineData("vocab.txt", "lost.txt", "3:12: ")]
    [InlineData("vocab.txt", "large.txt", "3:12: The tokenizer has ids up to 99 ('word89'), but the model's embedding has 99 rows.")]
    [InlineData("texts.csv", "lost.csv", "4:14: ")]
    [InlineData("{path: texts.csv}", "texts.csv", "4:7: A data set must be a mapping with a path, not 'texts.csv'.")]
    [InlineData("{path: texts.csv}", "[]", "4:7: 'data' is an empty list")]
    [InlineData("{path: texts.csv}", "{path: texts.csv, labels: l.idx}", "4:25: 'labels' plays no part in this task.")]
    [InlineData("{path: texts.csv}", "{path: texts.csv, text_column: words}", "4:14: ")]
    [InlineData("{path: texts.csv}", "{path: texts.csv, shares: {a: 0.5, b: 0.5}, part: c}", "There is no part 'c'.")]
    [InlineData("{path: texts.csv}", "{path: texts.csv, limit: 3, shares: {a: 0.5, b: 0.5}}", "'shares' and 'part' go together")]
    [InlineData("{path: texts.csv}", "[{path: texts.csv, weight: 2}, {path: texts.csv}]", "4:38: Give every data set a 'weight', or none")]
    [InlineData("steps: 3", "steps: 3\nvalidation: {share: 1.5}", "8:21: 'share' must be between 0 and 1, got 1.5.")]
    [InlineData("steps: 3", "steps: 3\nvalidation: {share: 0.2, path: texts.csv}", "8:26: 'share' cuts the held-out examples from 'data'")]
    [InlineData("steps: 3", "steps: 3\nvalidation: {share: 0.01}", "would have none")]
    [InlineData("{good: good blue, bad: [bad, red bad]}", "{good: good blue}", "5:17: 'prompts' are of at least two classes.")]
    [InlineData("bad: [bad, red bad]", "poor: bad", "4:14: The label 'bad' is out of range: the 2 classes are good, poor.")]
    [InlineData("prompts: {good: good blue, bad: [bad, red bad]}", "templates: 'a text'", "The template 'a text' has no {}")]
    [InlineData("prompts: {good: good blue, bad: [bad, red bad]}", "templates: 'a {} text'", "5:7: 'templates' need the names of the classes: list them in 'classes'.")]
    [InlineData("head: {prompts: {good: good blue, bad: [bad, red bad]}, centre: 4}", "head: other", "5:7: 'head' is own, or a mapping")]
    [InlineData("head: {prompts: {good: good blue, bad: [bad, red bad]}, centre: 4}", "head: own", "2:8: BertModel has no classifier of its own. Give a 'head'")]
    [InlineData("head: {prompts: {good: good blue, bad: [bad, red bad]}, centre: 4}", "head: {file: lost.safetensors, scale: 3}", "5:14: ", "5:32: 'scale' goes with 'prompts' or 'templates'.")]
    [InlineData("task: text-classification", "- task: text-classification", "This is no valid YAML")]
    public void A_mistake_is_reported_with_its_place_and_advice(string what, string by, params string[] said)
    {
        string yaml = Good.Replace(what, by, StringComparison.Ordinal);
        Assert.NotEqual(Good, yaml);

        TrainingConfigurationException[] errors = ErrorsOf(yaml);

        foreach (string part in said)
        {
            Assert.Contains(errors, error => error.Message.Contains(part, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Mistakes_of_the_file_the_model_and_the_data_come_in_one_report_in_the_order_of_the_file()
    {
        string yaml = """
            task: text-classification
            model: nowhere/
            data: {path: texts.csv, colum: x}
            learning_rate: fast
            steps: 3
            head: {file: lost.safetensors}
            """;

        TrainingConfigurationException[] errors = ErrorsOf(yaml);

        Assert.Equal([2, 3, 4, 6], errors.Select(error => error.Problem.Line));
        Assert.Equal(["training.configuration", "training.configuration"], errors.Where(error => error.Problem.Line is 3 or 4).Select(error => error.Kind));
        Assert.Equal("checkpoint.not-found", errors[0].Kind);
    }

    [Fact]
    public void A_cause_keeps_its_kind()
    {
        Assert.Equal("data.split", Assert.Single(ErrorsOf(Good + "\nvalidation: {share: 0.01}")).Kind);
        Assert.Equal("data.missing", Assert.Single(ErrorsOf(Good.Replace("texts.csv", "lost.csv", StringComparison.Ordinal))).Kind);
        Assert.Equal("data.label", Assert.Single(ErrorsOf(Picture(classes: 12))).Kind);
    }

    [Fact]
    public void A_language_model_needs_text_of_one_piece_and_a_tokenizer_of_its_own()
    {
        string yaml = $$"""
            task: language-model
            model: {{GoldenPath.Of("models", "gpt2-grads")}}
            tokenizer: vocab.txt
            data: {path: long.txt}
            max_length: 16
            learning_rate: 1e-3
            steps: 2
            validation: {share: 0.25}
            """;

        using TrainingJob job = Open(yaml);
        Assert.Equal((12, 9, 3), (job.Examples + job.HeldOut, job.Examples, job.HeldOut));
        File.WriteAllText(_folder["short.txt"], "red green");
        Assert.Contains("less than one piece of 16", Assert.Single(ErrorsOf(yaml.Replace("long.txt", "short.txt", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains("the model's embedding has 99 rows", Assert.Single(ErrorsOf(yaml.Replace("vocab.txt", "large.txt", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains("does not foresee text", Assert.Single(ErrorsOf(yaml.Replace("gpt2-grads", "bert-cls", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains("'head' is of classifiers", ErrorsOf(yaml + "\nhead: {file: x}")[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("just words")]
    [InlineData("a: &a [*a]")]
    [InlineData("a: 1\n---\nb: 2")]
    public void What_is_no_configuration_is_said_to_be_none(string yaml) => Assert.NotEmpty(ErrorsOf(yaml));

    private string Picture(int classes)
    {
        string folder = _folder["pictures"];
        for (int label = 0; label < classes; label++)
        {
            _ = Directory.CreateDirectory(Path.Combine(folder, $"class{label:00}"));
            File.WriteAllBytes(Path.Combine(folder, $"class{label:00}", "a.png"), []);
        }

        return $$"""
            task: image-classification
            model: {{GoldenPath.Of("models", "vit-grey-noqkvbias")}}
            data: {path: pictures}
            learning_rate: 1e-3
            steps: 2
            """;
    }

    private TrainingConfigurationException[] ErrorsOf(string yaml)
    {
        TaskVectorsException error = Assert.ThrowsAny<TaskVectorsException>(() => Open(yaml).Dispose());
        return error is AggregateEditException several
            ? [.. several.Errors.Cast<TrainingConfigurationException>()]
            : [Assert.IsType<TrainingConfigurationException>(error)];
    }

    private TrainingJob Open(string yaml)
    {
        File.WriteAllText(_folder["run.yml"], yaml.Replace("MODEL", GoldenPath.Of("models", "minilm-embedding"), StringComparison.Ordinal));
        return TrainingJob.Open(TrainingConfiguration.Load(_folder["run.yml"]), _context);
    }
}
