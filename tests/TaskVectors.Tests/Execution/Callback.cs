using TaskVectors.Execution;

namespace TaskVectors.Tests.Execution;

/// <summary>Progress that is handled at once, on the thread that reports it.</summary>
internal sealed class Callback(Action<EditProgress> action) : IProgress<EditProgress>
{
    public void Report(EditProgress value) => action(value);
}
