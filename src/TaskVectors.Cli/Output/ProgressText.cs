using System.Globalization;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Output;

/// <summary>Progress in words.</summary>
internal static class ProgressText
{
    /// <summary>What is being done, how fast, and how long it still takes.</summary>
    public static string Describe(EditProgress progress) => progress.Phase switch
    {
        EditPhase.Resume => "checking what is finished",
        EditPhase.Seal => "flushing to disk",
        EditPhase.Done => "done",
        _ when progress.Remaining is { } remaining => $"{Speed(progress.BytesPerSecond)}, {Duration(remaining)} left",
        _ => "starting",
    };

    /// <summary>A speed, such as <c>1.2 GB/s</c>.</summary>
    public static string Speed(double bytesPerSecond) => $"{ByteSize.Format((long)bytesPerSecond)}/s";

    /// <summary>A duration, such as <c>0.4 s</c>, <c>12 s</c>, <c>3 min 05 s</c> or <c>2 h 10 min</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes:00} min"),
    };
}
