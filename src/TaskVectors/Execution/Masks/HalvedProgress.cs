using System.Diagnostics;

namespace TaskVectors.Execution.Masks;

/// <summary>Tells of two jobs that move the same bytes as of one.</summary>
internal sealed class HalvedProgress
{
    public HalvedProgress(IProgress<EditProgress> whole)
    {
        var clock = Stopwatch.StartNew();
        (First, Second) = (new Half(whole, clock, 0), new Half(whole, clock, 1));
    }

    /// <summary>What the first job reports to.</summary>
    public IProgress<EditProgress> First { get; }

    /// <summary>What the second job reports to.</summary>
    public IProgress<EditProgress> Second { get; }

    private sealed class Half(IProgress<EditProgress> whole, Stopwatch clock, int done) : IProgress<EditProgress>
    {
        public void Report(EditProgress value) => whole.Report(value with
        {
            BytesDone = value.BytesDone + (done * value.BytesTotal),
            BytesTotal = 2 * value.BytesTotal,
            Elapsed = clock.Elapsed,
        });
    }
}
