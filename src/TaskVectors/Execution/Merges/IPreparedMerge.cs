using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Merges;

/// <summary>A merge bound to real headers.</summary>
internal interface IPreparedMerge
{
    /// <summary>The aligned models.</summary>
    AlignedVectors Vectors { get; }

    /// <summary>The most memory that reading takes.</summary>
    long WorkingBytes { get; }

    /// <summary>What, beside the call and its models, decides the bytes.</summary>
    IReadOnlyList<string> Configuration { get; }

    /// <summary>What did not converge so far and was computed in another way.</summary>
    IReadOnlyList<string> Fallbacks => [];

    /// <summary>Opens a reader of the result.</summary>
    ICheckpointReader OpenReader();
}
