using System.Diagnostics;

namespace TaskVectors.Execution.Tiles;

/// <summary>Counts bytes moved and reports them a few times a second.</summary>
internal sealed class ProgressMeter(IProgress<EditProgress>? progress, long totalBytes)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _bytes;
    private long _lastReport = long.MinValue;

    public TimeSpan Elapsed => _clock.Elapsed;

    public void Advance(long bytes, string tensor)
    {
        long done = Interlocked.Add(ref _bytes, bytes);
        long now = _clock.ElapsedTicks;
        long last = Interlocked.Read(ref _lastReport);
        bool due = last == long.MinValue || Stopwatch.GetElapsedTime(last, now) >= Interval;
        if (progress is not null && due && Interlocked.CompareExchange(ref _lastReport, now, last) == last)
        {
            progress.Report(new EditProgress(EditPhase.Run, done, totalBytes, tensor, _clock.Elapsed));
        }
    }

    public void Enter(EditPhase phase) =>
        progress?.Report(new EditProgress(phase, Interlocked.Read(ref _bytes), totalBytes, null, _clock.Elapsed));
}
