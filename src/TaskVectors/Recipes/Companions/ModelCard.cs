using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Merging;

namespace TaskVectors.Recipes.Companions;

/// <summary>
/// The card of a merged model: a Markdown file with the front matter that model hubs read. It holds nothing that changes from run to run, so that a
/// merge made again has the same card.
/// </summary>
/// <param name="recipe">The recipe.</param>
/// <param name="options">The options of the merge.</param>
internal sealed class ModelCard(Recipe recipe, EditOptions options)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "README.md";

    private readonly StringBuilder _text = new();

    /// <summary>The card as a file.</summary>
    public byte[] Encode()
    {
        _ = _text.Clear();
        WriteFrontMatter();
        WriteMethods();
        WriteModels();
        WriteNotes();
        WriteRecipe();
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    private ManifestRecipe Record => recipe.Record;

    private void WriteFrontMatter()
    {
        Line("---");
        if (!Record.Models.IsEmpty)
        {
            Line("base_model:");
            foreach (string name in Record.Models.Select(model => HubName.Of(model.Key, model.Value)).Distinct(StringComparer.Ordinal))
            {
                Line($"- {YamlText.Quote(name)}");
            }

            Line("base_model_relation: merge");
        }

        if (recipe.Result.Anchor.Config.Architecture is not null)
        {
            Line("library_name: transformers");
        }

        Line("tags:");
        foreach (string tag in Record.Merges.Select(merge => merge.Method).Where(IsMethod).Distinct(StringComparer.Ordinal).Prepend("merge").Prepend("taskvectors"))
        {
            Line($"- {tag}");
        }

        Line("---");
    }

    private void WriteMethods()
    {
        string title = recipe.Result.Document.Name?.Text ?? Path.GetFileNameWithoutExtension(Record.Name);
        Line($"# {Inline(title)}");
        Line();
        Line("A merge of models, made by TaskVectors without training.");
        Line();
        Line("## Method");
        IMergeMethod[] methods = [.. Record.Merges.Where(merge => IsMethod(merge.Method)).Select(merge => MergeMethods.Find(merge.Method)).Distinct()];
        foreach (IMergeMethod method in methods)
        {
            Line();
            Line($"**{method.Name}**: {method.Summary}");
            Line();
            Line($"    {method.Formula}");
            Line();
            Line($"Source: {method.Source}.");
        }

        if (recipe.Result.Document.Expression is { } expression)
        {
            Line();
            Line($"The edit `{Inline(expression.Text)}`.");
        }
    }

    private void WriteModels()
    {
        Line();
        Line("## Models");
        foreach (ManifestMerge merge in Record.Merges)
        {
            Line();
            string name = merge.Document is { } document ? $"`{Inline(document)}`, " : string.Empty;
            Line($"{name}{merge.Method} of {(merge.Models.IsEmpty ? $"`{Inline(merge.Base!)}`" : string.Join(", ", merge.Models.Select(model => $"`{Inline(model)}`")))}{(merge.Base is null || merge.Models.IsEmpty ? string.Empty : $" with the base `{Inline(merge.Base)}`")}:");
            WriteParameters(merge.Parameters);
        }
    }

    private void WriteParameters(ImmutableArray<ManifestParameters> parameters)
    {
        if (parameters is not [{ Values.IsEmpty: false } all])
        {
            Line(parameters.Length > 1 ? $"parameters differ between tensors ({parameters.Length} sets of values; `{OutputTarget.ManifestFileName}` lists them)." : "no parameters.");
            return;
        }

        Line();
        Line("| parameter | value |");
        Line("|---|---|");
        foreach ((string name, string value) in all.Values)
        {
            Line($"| {name} | {Inline(value)} |");
        }
    }

    private void WriteNotes()
    {
        if (recipe.Problems.Count == 0)
        {
            return;
        }

        Line();
        Line("## Notes");
        Line();
        foreach (RecipeProblem problem in recipe.Problems)
        {
            Line($"- {Inline(problem.Message)}");
        }
    }

    private void WriteRecipe()
    {
        string fence = new('`', Math.Max(3, LongestRun(Record.Text) + 1));
        Line();
        Line("## Recipe");
        Line();
        Line($"`{Inline(Record.Name)}`:");
        Line();
        Line($"{fence}yaml");
        Line(Record.Text.ReplaceLineEndings("\n").TrimEnd('\n'));
        Line(fence);
        Line();
        Line("## How to reproduce");
        Line();
        Line("```sh");
        Line($"taskvec merge {ShellText.Quote(Record.Name)}{string.Concat(OptionTexts().Select(option => $" {option}"))} -o merged/");
        Line("```");
        Line();
        Line($"`{OutputTarget.ManifestFileName}` beside this file holds the hashes of all inputs and outputs: `taskvec verify` checks them, `taskvec replay` makes the model again.");
    }

    // What decides the bytes and is not in the recipe.
    private IEnumerable<string> OptionTexts()
    {
        EditOptions defaults = EditOptions.Default;
        (bool IsGiven, string Text)[] texts =
        [
            (options.OutputDType is { } dtype && dtype != recipe.Result.OutputDType, $"--dtype {options.OutputDType?.ToString().ToLowerInvariant()}"),
            (options.Rounding != defaults.Rounding, $"--rounding {OptionNames.Of(options.Rounding)}"),
            (options.Seed != defaults.Seed, string.Create(CultureInfo.InvariantCulture, $"--seed {options.Seed}")),
            (options.Missing != defaults.Missing, $"--missing {OptionNames.Of(options.Missing)}"),
            (options.NaN != defaults.NaN, $"--nan {OptionNames.Of(options.NaN)}"),
            (options.AnyBase, "--any-base"),
            (options.ShardSize != defaults.ShardSize, string.Create(CultureInfo.InvariantCulture, $"--shard-size {options.ShardSize}")),
        ];
        IEnumerable<string> filters = options.Filter.Include.Select(pattern => $"--include {ShellText.Quote(pattern.Text)}")
            .Concat(options.Filter.Exclude.Select(pattern => $"--exclude {ShellText.Quote(pattern.Text)}"));
        return texts.Where(text => text.IsGiven).Select(text => text.Text).Concat(filters);
    }

    private static bool IsMethod(string name) => MergeMethods.All.Any(method => method.Name == name);

    private static int LongestRun(string text)
    {
        int longest = 0;
        int run = 0;
        foreach (char character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    // One line, and nothing that ends a code span or a cell of a table.
    private static string Inline(string text) => text.ReplaceLineEndings(" ").Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal);

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
