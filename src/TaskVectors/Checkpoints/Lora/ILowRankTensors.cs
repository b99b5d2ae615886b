using System.Diagnostics.CodeAnalysis;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// A task vector some of whose tensors are products of two thin matrices, and stay available as such: for methods that work on the
/// factors, and for the adapter's own rank.
/// </summary>
public interface ILowRankTensors
{
    /// <summary>The rank of the factors of a tensor; reads no weight.</summary>
    /// <param name="tensor">The tensor's name in this source.</param>
    /// <param name="rank">The inner dimension of the product: an upper bound of the matrix's rank.</param>
    /// <returns>Whether the tensor is exactly a product of factors.</returns>
    bool TryGetRank(string tensor, out int rank);

    /// <summary>Reads the factors of a tensor.</summary>
    /// <param name="tensor">The tensor's name in this source.</param>
    /// <param name="factors">The factors, in the layout of the tensor: convolutions as [out, rest].</param>
    /// <returns>Whether the tensor is exactly a product of factors.</returns>
    /// <exception cref="TaskVectorsException">Reading failed, or a factor is not finite.</exception>
    bool TryGetFactors(string tensor, [NotNullWhen(true)] out LowRankFactors? factors);
}
