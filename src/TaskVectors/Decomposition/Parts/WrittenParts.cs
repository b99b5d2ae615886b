namespace TaskVectors.Decomposition.Parts;

/// <summary>What has been written of one tensor, by part.</summary>
internal sealed class WrittenParts(int parts)
{
    /// <summary>The hash of the tensor in each dense part that has it.</summary>
    public string?[] Hashes { get; } = new string?[parts];

    /// <summary>Its factors in each adapter that has it.</summary>
    public FactorRecord?[] Factors { get; } = new FactorRecord?[parts];
}
