using System.Numerics;

namespace TaskVectors.Merging.Trimming;

/// <summary>Draws by the random numbers that seed, model, tensor and element are the key of.</summary>
internal sealed class KeyedDraws : IKeepDraws
{
    /// <inheritdoc/>
    public void Apply<T>(MergeBlock<T> block, int model, double density, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        RandomDrop.Drop(block[model], block.First, block.KeyOf(model), density, factor);
}
