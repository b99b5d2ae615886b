using TaskVectors.Checkpoints.Lora;

namespace TaskVectors.Analysis;

/// <summary>What became of one tensor: factors and their error, a full copy, or nothing.</summary>
internal sealed record ExtractedTensor
{
    public LowRankTensor? Factors { get; init; }

    public LowRankError? Error { get; init; }

    public SavedTensor? Saved { get; init; }

    public LeftOutTensor? LeftOut { get; init; }
}
