using TaskVectors.Tensors;

namespace TaskVectors.Models.Statistics;

/// <summary>The statistics of one kind: which tensors there are, and the sums over examples.</summary>
internal interface IStatisticsPass
{
    /// <summary>The tensors that there are statistics of, found by running one example.</summary>
    IReadOnlyList<(string Name, TensorShape Shape)> Tensors { get; }

    /// <summary>The means of some tensors over examples.</summary>
    /// <param name="names">Which tensors.</param>
    /// <param name="examples">Which examples.</param>
    /// <param name="advance">Told of examples that are done.</param>
    /// <param name="cancellationToken">Stops between examples.</param>
    /// <returns>The values of each tensor in row-major order.</returns>
    IReadOnlyDictionary<string, double[]> Run(IReadOnlyCollection<string> names, IReadOnlyList<int> examples, Action<int> advance, CancellationToken cancellationToken);
}
