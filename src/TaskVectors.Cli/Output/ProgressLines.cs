using System.Globalization;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Output;

/// <summary>Writes a line of progress every few seconds, for logs; a short run writes none.</summary>
internal sealed class ProgressLines(TextWriter error) : IProgress<EditProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private TimeSpan _next = Interval;

    public void Report(EditProgress value)
    {
        lock (_lock)
        {
            if (value.Elapsed < _next || value.Phase == EditPhase.Done)
            {
                return;
            }

            _next = value.Elapsed + Interval;
            double percent = value.BytesTotal > 0 ? 100.0 * value.BytesDone / value.BytesTotal : 100;
            error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{percent:0}% {ByteSize.Format(value.BytesDone)} of {ByteSize.Format(value.BytesTotal)}, {ProgressText.Describe(value)}"));
        }
    }
}
