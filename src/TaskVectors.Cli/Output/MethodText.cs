using System.Text.Json;
using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Cli.Output;

/// <summary>Merge methods as they declare themselves, as tables or JSON.</summary>
internal sealed class MethodText(Reporter reporter)
{
    public void WriteAll(IReadOnlyList<IMergeMethod> methods)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("methods");
                foreach (IMergeMethod method in methods)
                {
                    WriteJson(json, method);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        TextTable table = new TextTable().AddColumn("Method").AddColumn("What it does");
        foreach (IMergeMethod method in methods)
        {
            table.AddRow(method.Name, method.Summary);
        }

        table.Write(reporter.Terminal);
    }

    public void Write(IMergeMethod method)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(json => WriteJson(json, method));
            return;
        }

        reporter.WriteLine(method.Name);
        reporter.WriteLine(method.Summary);
        reporter.WriteLine();
        reporter.WriteLine($"  {method.Formula}");
        reporter.WriteLine();
        reporter.WriteLine($"Source: {method.Source}.");
        reporter.WriteLine($"Takes {Operands(method)}.");
        if (method.Parameters.Count > 0)
        {
            reporter.WriteLine();
            reporter.WriteLine($"Parameters, with --set NAME=VALUE{(method.Parameters.Any(parameter => parameter.IsPerModel) ? "; one that is per model also with --set MODEL.NAME=VALUE" : string.Empty)}:");
        }

        // A list, not a column for each property: defaults and ranges may be longer than a line.
        TextTable table = TextTable.CreateList();
        foreach (MergeParameter parameter in method.Parameters)
        {
            table.AddRow(string.Empty, string.Empty);
            table.AddRow($"  {parameter.Name}", parameter.Meaning);
            table.AddRow(string.Empty, ValuesOf(parameter));
        }

        table.Write(reporter.Terminal);
    }

    private static string ValuesOf(MergeParameter parameter)
    {
        string type = parameter.IsPerModel ? $"{parameter.Type}, per model" : parameter.Type;
        string value = parameter.IsRequired ? "required" : $"default: {parameter.DefaultText}";
        return $"{type}; {value}; range: {parameter.Range}";
    }

    private static string Operands(IMergeMethod method)
    {
        string noun = method.Base == BaseRole.Origin ? "task vector" : "model";
        string count = (method.MinimumVectors, method.MaximumVectors) switch
        {
            (var least, var most) when least == most => $"{least} {noun}{(least == 1 ? string.Empty : "s")}",
            (var least, null) => $"{least} {noun}{(least == 1 ? string.Empty : "s")} or more",
            (var least, var most) => $"{least} to {most} {noun}s",
        };
        return method.Base switch
        {
            BaseRole.Origin => $"{count}; the base is needed",
            BaseRole.OptionalOrigin => $"{count}; with a base, their differences to it",
            BaseRole.First => $"{count}; the base, if there is one, is the first of them",
            _ => $"{count}; no base is needed",
        };
    }

    private static void WriteJson(Utf8JsonWriter json, IMergeMethod method)
    {
        json.WriteStartObject();
        json.WriteString("name", method.Name);
        json.WriteString("summary", method.Summary);
        json.WriteString("formula", method.Formula);
        json.WriteString("source", method.Source);
        json.WriteString("base", OptionNames.Of(method.Base));
        json.WriteNumber("minimumVectors", method.MinimumVectors);
        if (method.MaximumVectors is { } maximum)
        {
            json.WriteNumber("maximumVectors", maximum);
        }

        json.WriteStartArray("parameters");
        foreach (MergeParameter parameter in method.Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("type", parameter.Type);
            json.WriteBoolean("perModel", parameter.IsPerModel);
            json.WriteBoolean("required", parameter.IsRequired);
            json.WriteString("default", parameter.DefaultText);
            json.WriteString("range", parameter.Range);
            json.WriteString("meaning", parameter.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
