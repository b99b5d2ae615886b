using System.Text.Json;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Output;

/// <summary>What the headers of a checkpoint say.</summary>
internal sealed class InspectionReport(CheckpointSource source)
{
    private const int LongestMetadata = 100;

    private long Parameters => source.Tensors.Sum(tensor => tensor.ElementCount);

    private long Bytes => source.Tensors.Sum(tensor => tensor.ByteCount);

    private string Kind => TaskVectorMetadata.IsTaskVector(source) ? TaskVectorMetadata.TaskVectorKind : "checkpoint";

    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", source.Path);
        json.WriteString("format", source.Format);
        json.WriteString("kind", Kind);
        json.WriteNumber("parameters", Parameters);
        json.WriteNumber("bytes", Bytes);
        WriteMap(json, "metadata", source.Metadata);
        WriteMap(json, "aliases", source.Aliases);
        WriteTensors(json);
        json.WriteEndObject();
    }

    public void WriteText(Reporter reporter, bool all)
    {
        string contents = $"{Counting.Of(source.Tensors.Count, "tensor")} in {Counting.Of(source.Files.Count, "file")}";
        reporter.WriteLine($"{Printable.Of(source.Path)}: {Kind}, {source.Format}, {contents}");
        reporter.WriteLine($"{Counting.Parameters(Parameters)} parameters ({Counting.Exact(Parameters)}), {ByteSize.Format(Bytes)}");
        if (source.Tensors.Count > 0)
        {
            Totals().Write(reporter.Terminal);
            Tensors(all).Write(reporter.Terminal);
        }

        foreach ((string name, string stored) in source.Aliases.OrderBy(alias => alias.Key, StringComparer.Ordinal))
        {
            reporter.WriteLine($"alias    {Printable.Of(name)} = {Printable.Of(stored)}");
        }

        foreach ((string key, string value) in source.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            reporter.WriteLine($"metadata {Printable.Of(key)} = {Printable.Short(value, LongestMetadata)}");
        }
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in map.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private void WriteTensors(Utf8JsonWriter json)
    {
        using ICheckpointReader reader = source.OpenReader();
        json.WriteStartArray("tensors");
        foreach (TensorInfo tensor in source.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("dtype", tensor.DType.Name());
            json.WriteStartArray("shape");
            foreach (long dimension in tensor.Shape.Dimensions)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteNumber("bytes", tensor.ByteCount);
            json.WriteString("file", reader.Locate(tensor)?.File is { } file ? RelativeToSource(file) : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private string RelativeToSource(string file) =>
        Directory.Exists(source.Path) ? Path.GetRelativePath(source.Path, file).Replace('\\', '/') : Path.GetFileName(file);

    private TextTable Totals()
    {
        TextTable table = new TextTable()
            .AddColumn("DType")
            .AddColumn("Tensors", true)
            .AddColumn("Parameters", true)
            .AddColumn("Size", true);
        var byDType = source.Tensors.GroupBy(tensor => tensor.DType).OrderByDescending(group => group.Sum(tensor => tensor.ByteCount));
        foreach (IGrouping<DType, TensorInfo> group in byDType)
        {
            table.AddRow(
                group.Key.Name(),
                Counting.Exact(group.Count()),
                Counting.Exact(group.Sum(tensor => tensor.ElementCount)),
                ByteSize.Format(group.Sum(tensor => tensor.ByteCount)));
        }

        return table;
    }

    private TextTable Tensors(bool all)
    {
        TextTable table = new TextTable()
            .AddColumn("Tensor")
            .AddColumn("DType")
            .AddColumn("Shape")
            .AddColumn("Count", true)
            .AddColumn("Size", true);
        IEnumerable<TensorGroup> groups = all ? source.Tensors.Select(TensorGroup.Of) : TensorGroup.Group(source.Tensors);
        foreach (TensorGroup group in groups)
        {
            table.AddRow(group.Name, group.DType.Name(), group.Shape.ToString(), Counting.Exact(group.Count), ByteSize.Format(group.Bytes));
        }

        return table;
    }
}
