using System.Numerics;

namespace TaskVectors.Merging.Trimming;

/// <summary>Draws which elements of a model are kept.</summary>
internal interface IKeepDraws
{
    /// <summary>Sets elements to zero that are not drawn, and multiplies the others.</summary>
    /// <param name="block">A run of elements; what is drawn for one depends on its tensor, its index and the model alone.</param>
    /// <param name="model">The index of the model.</param>
    /// <param name="density">The probability that an element is kept, below 1.</param>
    /// <param name="factor">What is kept is multiplied by this.</param>
    void Apply<T>(MergeBlock<T> block, int model, double density, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
