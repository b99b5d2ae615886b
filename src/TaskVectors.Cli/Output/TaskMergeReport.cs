namespace TaskVectors.Cli.Output;

/// <summary>How a merge went that also writes a task vector for each model.</summary>
internal sealed class TaskMergeReport(EditReport merged, IReadOnlyList<EditReport> tasks)
{
    public void Write(Reporter reporter)
    {
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                merged.WriteMembers(json);
                json.WriteStartArray("taskVectors");
                foreach (EditReport task in tasks)
                {
                    json.WriteStartObject();
                    task.WriteMembers(json);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        merged.WriteText(reporter);
        foreach (EditReport task in tasks)
        {
            task.WriteText(reporter);
        }
    }
}
