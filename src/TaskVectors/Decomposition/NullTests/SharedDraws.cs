using System.Runtime.ExceptionServices;

namespace TaskVectors.Decomposition.NullTests;

/// <summary>
/// Draws that several threads make together: whoever asks for the result takes draws until none is left, and then waits for those that others still
/// make. A draw that fails ends the work for all.
/// </summary>
internal sealed class SharedDraws(int count, Func<int, CancellationToken, IReadOnlyList<double>> draw, Func<IReadOnlyList<IReadOnlyList<double>>, NullSpectra> finish)
{
    private readonly IReadOnlyList<double>[] _values = new IReadOnlyList<double>[count];
    private readonly TaskCompletionSource<NullSpectra> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken = -1;
    private int _made;

    /// <summary>The result, once all draws are made.</summary>
    /// <exception cref="OperationCanceledException">This thread or another one that drew was told to stop.</exception>
    public NullSpectra Complete(CancellationToken cancellationToken)
    {
        try
        {
            for (int index = Interlocked.Increment(ref _taken); index < count && !_result.Task.IsCompleted; index = Interlocked.Increment(ref _taken))
            {
                _values[index] = draw(index, cancellationToken);
                if (Interlocked.Increment(ref _made) == count)
                {
                    _result.SetResult(finish(_values));
                }
            }
        }
        catch (Exception error)
        {
            _ = _result.TrySetException(error);
            throw;
        }

        try
        {
            _result.Task.Wait(cancellationToken);
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }

        return _result.Task.Result;
    }
}
