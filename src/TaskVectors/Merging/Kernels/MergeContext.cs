using TaskVectors.LinearAlgebra;

namespace TaskVectors.Merging.Kernels;

/// <summary>What the arithmetic of a merge may use.</summary>
/// <param name="LinearAlgebra">Dense linear algebra on one thread an operation, so that results do not depend on the number of threads.</param>
/// <param name="Threads">How many task vectors may be worked on at once.</param>
public sealed record MergeContext(ILinearAlgebraProvider LinearAlgebra, int Threads)
{
    /// <summary>Applies a function to each task vector's index, several at once; results are in order.</summary>
    /// <typeparam name="T">The type of the results.</typeparam>
    /// <param name="count">The number of task vectors.</param>
    /// <param name="function">The function.</param>
    internal T[] ForEach<T>(int count, Func<int, T> function)
    {
        if (Threads <= 1 || count <= 1)
        {
            return [.. Enumerable.Range(0, count).Select(function)];
        }

        T[] results = new T[count];
        try
        {
            _ = Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, index => results[index] = function(index));
        }
        catch (AggregateException error)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error.InnerExceptions[0]).Throw();
        }

        return results;
    }
}
