using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Statistics;

/// <summary>Examples that a model scores: each has one prediction or several, and each prediction a score for every class.</summary>
internal interface IScoredExamples : IDisposable
{
    /// <summary>The number of examples.</summary>
    int Count { get; }

    /// <summary>Divides examples into batches that need no padding.</summary>
    /// <param name="examples">The examples.</param>
    IEnumerable<int[]> Batches(IEnumerable<int> examples);

    /// <summary>[predictions of all examples in order, classes]; recorded while the context records.</summary>
    /// <param name="examples">A batch.</param>
    Tensor Scores(int[] examples);

    /// <summary>The right class of each prediction of an example.</summary>
    /// <param name="example">The example.</param>
    ReadOnlySpan<int> Labels(int example);
}
