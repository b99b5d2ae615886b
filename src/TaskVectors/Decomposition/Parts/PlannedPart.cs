using TaskVectors.Checkpoints.Lora;
using TaskVectors.Checkpoints.Safetensors;

namespace TaskVectors.Decomposition.Parts;

/// <summary>A part of a task vector as it will be written: a file of dense tensors, or an adapter.</summary>
public sealed record PlannedPart
{
    internal PlannedPart()
    {
    }

    /// <summary>The file, or the folder of the adapter, in the output folder.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is an adapter, with the factors of every matrix.</summary>
    public bool IsLowRank => Modules.Count > 0;

    /// <summary>
    /// The file of a dense part; for an adapter a working file with room for factors of the largest rank, as their true rank is known only
    /// when the weights have been read.
    /// </summary>
    public required SafetensorsFileLayout Layout { get; init; }

    /// <summary>The metadata of the weights; the hash of the base is filled in when it has been read.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>The modules of an adapter by the base's tensor, each with the largest rank it may get; none in a dense part.</summary>
    internal IReadOnlyDictionary<string, AdapterModule> Modules { get; init; } = new Dictionary<string, AdapterModule>();

    /// <summary>Whether a tensor of the base is in the part.</summary>
    internal bool Contains(string tensor) =>
        IsLowRank ? Modules.ContainsKey(tensor) : Layout.Tensors.Any(placed => placed.Tensor.Name == tensor);
}
