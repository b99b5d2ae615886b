using System.Text.Json;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Explaining;

namespace TaskVectors.Cli.Output;

/// <summary>What a recipe means, as text or JSON.</summary>
internal sealed class ExplanationText(Reporter reporter)
{
    public void Write(Recipe recipe)
    {
        RecipeExplanation explanation = recipe.Explain();
        if (reporter.IsJson)
        {
            reporter.WriteJson(json => WriteJson(json, recipe, explanation));
            return;
        }

        foreach (ExplainedMerge merge in explanation.Merges)
        {
            Write(merge);
        }

        WriteResult(explanation);
        foreach (RecipeProblem problem in recipe.Problems)
        {
            reporter.Warn($"{recipe.Path}:{problem}");
        }
    }

    private void Write(ExplainedMerge merge)
    {
        string title = merge.Document is { } document ? $"{Printable.Of(document)}: " : string.Empty;
        reporter.WriteLine($"{title}{merge.Method}. {merge.Summary}");
        if (merge.Formula.Length > 0)
        {
            reporter.WriteLine($"  {Printable.Of(merge.Formula)}");
        }

        if (merge.Base is { } origin)
        {
            reporter.WriteLine($"  base    {Printable.Of(origin)}");
        }

        for (int model = 0; model < merge.Models.Length; model++)
        {
            reporter.WriteLine($"  model   {Printable.Of(merge.Models[model])}");
        }

        WriteParameters(merge);
        reporter.WriteLine();
    }

    private void WriteParameters(ExplainedMerge merge)
    {
        if (merge.Parameters is not [var first, ..] || first.Values.IsEmpty)
        {
            return;
        }

        TextTable table = new TextTable().AddColumn("Tensors").AddColumn("Number", isNumeric: true);
        foreach (string name in first.Values.Keys)
        {
            _ = table.AddColumn(name);
        }

        foreach (ExplainedParameters group in merge.Parameters)
        {
            table.AddRow([group.Tensors, Counting.Exact(group.Count), .. group.Values.Values]);
        }

        table.Write(reporter.Terminal);
    }

    private void WriteResult(RecipeExplanation explanation)
    {
        string layers = explanation.LayerCount is { } count ? $", {Counting.Of(count, "layer")}" : string.Empty;
        string dtype = explanation.OutputDType is { } chosen ? $", {chosen}" : string.Empty;
        reporter.WriteLine($"Result: {Counting.Of(explanation.TensorCount, "tensor")}{layers}{dtype}; config and other files as of {Printable.Of(explanation.FilesFrom)}.");
        foreach (ExplainedModule module in explanation.Modules)
        {
            string depth = module.LayerCount is { } stacked ? $", {Counting.Of(stacked, "layer")}" : string.Empty;
            reporter.WriteLine($"  module  {Printable.Of(module.Name)}: {Counting.Of(module.Tensors, "tensor")}{depth}");
        }

        reporter.WriteLine($"Reads {ByteSize.Format(explanation.BytesRead)} and writes {ByteSize.Format(explanation.BytesWritten)} of weights.");
        foreach (string note in explanation.Notes)
        {
            reporter.WriteLine($"Note: {Printable.Of(note)}");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, Recipe recipe, RecipeExplanation explanation)
    {
        json.WriteStartObject();
        json.WriteStartArray("merges");
        foreach (ExplainedMerge merge in explanation.Merges)
        {
            WriteJson(json, merge);
        }

        json.WriteEndArray();
        json.WriteString("filesFrom", explanation.FilesFrom);
        json.WriteString("dtype", explanation.OutputDType?.ToString());
        if (explanation.LayerCount is { } layers)
        {
            json.WriteNumber("layers", layers);
        }

        if (!explanation.Modules.IsEmpty)
        {
            WriteModules(json, explanation);
        }

        json.WriteNumber("tensors", explanation.TensorCount);
        json.WriteNumber("bytesRead", explanation.BytesRead);
        json.WriteNumber("bytesWritten", explanation.BytesWritten);
        json.WriteStrings("notes", explanation.Notes);
        json.WriteStrings("warnings", recipe.Problems.Select(problem => problem.ToString()));
        json.WriteEndObject();
    }

    private static void WriteModules(Utf8JsonWriter json, RecipeExplanation explanation)
    {
        json.WriteStartArray("modules");
        foreach (ExplainedModule module in explanation.Modules)
        {
            json.WriteStartObject();
            json.WriteString("name", module.Name);
            json.WriteNumber("tensors", module.Tensors);
            if (module.LayerCount is { } layers)
            {
                json.WriteNumber("layers", layers);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteJson(Utf8JsonWriter json, ExplainedMerge merge)
    {
        json.WriteStartObject();
        json.WriteString("document", merge.Document);
        json.WriteString("method", merge.Method);
        json.WriteString("summary", merge.Summary);
        json.WriteString("formula", merge.Formula);
        json.WriteString("base", merge.Base);
        json.WriteStrings("models", merge.Models);
        json.WriteStartArray("parameters");
        foreach (ExplainedParameters group in merge.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("tensors", group.Tensors);
            json.WriteNumber("count", group.Count);
            json.WriteStartObject("values");
            foreach ((string name, string value) in group.Values)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
