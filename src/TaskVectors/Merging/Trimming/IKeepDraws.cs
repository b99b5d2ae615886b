using TaskVectors.Merging.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Merging.Trimming;

/// <summary>Draws which elements of a model are kept.</summary>
internal interface IKeepDraws
{
    /// <summary>Draws a bit for each of a run of elements. What is drawn for one depends on its tensor, its index and the model alone.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="model">The index of the model.</param>
    /// <param name="key">The key of the model's random numbers in the tensor.</param>
    /// <param name="density">The probability that an element is kept.</param>
    /// <param name="first">The index in the tensor of the first element.</param>
    /// <param name="count">The number of elements.</param>
    /// <param name="kept">Receives the bits, those of the first 64 elements in the first word.</param>
    void Draw(MergeTensor tensor, int model, PhiloxKey key, double density, long first, int count, Span<ulong> kept);
}
