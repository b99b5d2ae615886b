using System.CommandLine;
using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Generation;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Cli.Options;

/// <summary>How text is written and by what it is classified.</summary>
internal sealed class ScoredGenerationOptionGroup
{
    private readonly GenerationOptionGroup _generation = new();
    private readonly Option<string?> _classifier = new("--classifier") { HelpName = "PATH", Description = "Generation: the classifier's checkpoint. --head and --prompts are then the classifier's." };
    private readonly Option<string?> _classifierEdit = new("--classifier-edit") { HelpName = "EXPRESSION", Description = "An edit in place of --classifier, of models that --model names." };
    private readonly Option<string?> _config = new("--classifier-config") { HelpName = "FILE", Description = "The classifier's configuration. Default: config.json of the classifier." };
    private readonly Option<string?> _tokenizer = new("--classifier-tokenizer") { HelpName = "PATH", Description = "The classifier's tokenizer. Default: the classifier's." };
    private readonly Option<string?> _class = new("--class") { HelpName = "NAME", Description = "The class whose share and probability are measured: its name or number." };
    private readonly Option<bool> _withPrompts = new("--with-prompts") { Description = "The classifier sees the prompt in front of each text." };

    /// <summary>Whether the models that the user names may be the classifier's.</summary>
    public bool UsesModels(ParseResult parsed) => parsed.GetValue(_classifierEdit) is not null;

    public void AddTo(Command command)
    {
        _generation.AddTo(command);
        foreach (Option option in new Option[] { _classifier, _classifierEdit, _config, _tokenizer, _class, _withPrompts })
        {
            command.Add(option);
        }
    }

    /// <summary>Makes the evaluator; it owns the classifier.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="prompts">What the model is given.</param>
    /// <param name="tokenizer">The tokenizer of the model that writes.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="head">The classifier's frozen head, if any.</param>
    /// <param name="classes">The classifier's class prompts, if any.</param>
    /// <param name="options">How models are run.</param>
    /// <param name="run">Where the classifier runs, and how edits are read.</param>
    public GenerationEvaluator Create(
        ParseResult parsed,
        IReadOnlyList<string> prompts,
        Tokenizer tokenizer,
        ModelSettings settings,
        FrozenHead? head,
        PromptSet? classes,
        EvaluatorOptions options,
        (ComputeContext Context, EvaluatedModel Models) run)
    {
        GenerationOptions generation = _generation.Create(parsed, settings, options.Seed);
        Checkpoint checkpoint = Classifier(parsed, run.Models);
        string? config = parsed.GetValue(_config);
        var own = ModelSettings.Read(checkpoint, config);
        Tokenizer words = own.LoadTokenizer(parsed.GetValue(_tokenizer) ?? ModelSettings.FolderOf(checkpoint));
        int target = Class(parsed, classes?.ClassNames ?? (head is null ? own.ClassNames : []), head?.Classes);
        Model model = ModelLoader.Load(checkpoint, run.Context, run.Models.Bind(parsed) with { ConfigPath = config });
        var classifier = new TextClassifier(model, words, own.LengthOfTexts(words), classes?.Encode(model, words) ?? head);
        return new GenerationEvaluator(prompts, tokenizer, generation, classifier, target, parsed.GetValue(_withPrompts), options);
    }

    private Checkpoint Classifier(ParseResult parsed, EvaluatedModel models) => (parsed.GetValue(_classifier), parsed.GetValue(_classifierEdit)) switch
    {
        ({ } path, null) => Checkpoint.Open(path),
        (null, { } expression) => models.OpenEdit(parsed, expression),
        _ => throw new UsageException("Name what classifies the texts: either --classifier PATH or --classifier-edit EXPRESSION."),
    };

    private int Class(ParseResult parsed, IReadOnlyList<string> names, int? count)
    {
        string said = parsed.GetValue(_class) ?? throw new UsageException($"Name the class to measure with --class{(names.Count > 0 ? $": {string.Join(", ", names)}" : " NUMBER")}.");
        int place = names.ToList().IndexOf(said);
        int most = names.Count > 0 ? names.Count : count ?? int.MaxValue;
        return place >= 0 ? place
            : int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < most ? number
            : throw new UsageException($"'{Printable.Of(said)}' is no class: {(names.Count > 0 ? $"there are {string.Join(", ", names)}" : $"give a number{(count is null ? string.Empty : $" from 0 to {count - 1}")}")}.");
    }
}
