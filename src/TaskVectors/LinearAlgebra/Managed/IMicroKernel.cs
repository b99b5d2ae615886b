using System.Numerics;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>The innermost step of a packed product: a small tile of C kept in registers while the depth is walked.</summary>
internal unsafe interface IMicroKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows of the tile.</summary>
    static abstract int Rows { get; }

    /// <summary>Columns of the tile.</summary>
    static abstract int Columns { get; }

    /// <summary>
    /// tile = alpha (sum over p of a[p] b[p]^T) + tile. Each element is one chain of fused multiply-adds in the order of p, then one
    /// fused multiply-add with alpha: the same result for any shape of tile and any vector width.
    /// </summary>
    /// <param name="depth">The number of terms.</param>
    /// <param name="a">depth groups of <see cref="Rows"/> numbers.</param>
    /// <param name="b">depth groups of <see cref="Columns"/> numbers.</param>
    /// <param name="alpha">The factor of the sum.</param>
    /// <param name="tile">The first element of the row-major tile.</param>
    /// <param name="stride">Elements between its rows.</param>
    static abstract void Accumulate(int depth, T* a, T* b, T alpha, T* tile, nint stride);
}
