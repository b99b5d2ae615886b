namespace TaskVectors.Execution.Outputs;

/// <summary>The first line of a journal.</summary>
internal sealed record JournalHeader
{
    /// <summary>The identity of the plan whose output the folder holds.</summary>
    public required string Plan { get; init; }

    public required string ToolVersion { get; init; }
}
