namespace TaskVectors.Execution;

/// <summary>How far an edit is.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="BytesDone">The bytes of weights read and written so far.</param>
/// <param name="BytesTotal">The bytes of weights to read and write in all.</param>
/// <param name="Tensor">The tensor at hand, if any.</param>
/// <param name="Elapsed">The time since the edit began.</param>
public readonly record struct EditProgress(EditPhase Phase, long BytesDone, long BytesTotal, string? Tensor, TimeSpan Elapsed)
{
    /// <summary>The bytes moved a second so far.</summary>
    public double BytesPerSecond => Elapsed > TimeSpan.Zero ? BytesDone / Elapsed.TotalSeconds : 0;

    /// <summary>The time left at the speed so far, or <see langword="null"/> while nothing has been moved.</summary>
    public TimeSpan? Remaining => BytesDone > 0 ? TimeSpan.FromSeconds((BytesTotal - BytesDone) / BytesPerSecond) : null;
}
