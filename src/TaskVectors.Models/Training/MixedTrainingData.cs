using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Training;

/// <summary>
/// Gives the sets of joined data shares of their own: an epoch has as many examples as there are, of each set in proportion to its weight, and each set
/// goes through all its examples before any comes again. Batches mix the sets.
/// </summary>
public sealed class MixedTrainingData : IMixedTrainingData
{
    private readonly ITrainingData _joined;

    /// <summary>Mixes.</summary>
    /// <param name="joined">All examples, one set after the other.</param>
    /// <param name="parts">The sets.</param>
    /// <exception cref="ArgumentException">The counts do not add up, a set has no example, or a weight is not positive.</exception>
    public MixedTrainingData(ITrainingData joined, IReadOnlyList<DataPart> parts)
    {
        ArgumentNullException.ThrowIfNull(joined);
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Sum(part => (long)part.Count) != joined.Count || parts.Any(part => part.Count < 1 || !(part.Weight > 0) || !double.IsFinite(part.Weight)))
        {
            throw new ArgumentException($"The parts must have the {joined.Count} examples together, at least one each, and positive weights.", nameof(parts));
        }

        (_joined, Parts) = (joined, parts);
    }

    /// <inheritdoc/>
    public int Count => _joined.Count;

    /// <inheritdoc/>
    public IReadOnlyList<DataPart> Parts { get; }

    /// <inheritdoc/>
    public ModelInputs CreateBatch(ComputeContext context, ReadOnlySpan<int> indices) => _joined.CreateBatch(context, indices);
}
