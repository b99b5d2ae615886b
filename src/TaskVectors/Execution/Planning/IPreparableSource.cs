using TaskVectors.Algebra;
using TaskVectors.Checkpoints;

namespace TaskVectors.Execution.Planning;

/// <summary>A computed source that is made ready for an edit before it is read: what it is computed from is resolved, aligned and checked.</summary>
internal interface IPreparableSource
{
    /// <summary>The most memory that reading takes, once prepared.</summary>
    long WorkingBytes { get; }

    /// <summary>The same source over resolved inputs; errors and warnings go to the resolution.</summary>
    ComputedSource Prepare(InputResolution resolution);

    /// <summary>An identity made of those of what it reads: equal where the bytes are equal.</summary>
    string FingerprintFrom(Func<CheckpointSource, string> fingerprintOf);
}
