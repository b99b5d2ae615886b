using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace TaskVectors.Tensors;

/// <summary>
/// The dimensions of a tensor, outermost first. Immutable; equality is by value. Rank 0 is a scalar of one element, and any
/// dimension may be zero.
/// </summary>
public readonly struct TensorShape : IEquatable<TensorShape>
{
    private readonly ImmutableArray<long> _dimensions;
    private readonly long _elementCount;

    /// <summary>Creates a shape.</summary>
    /// <param name="dimensions">The dimensions, outermost first; none for a scalar.</param>
    /// <exception cref="ArgumentOutOfRangeException">A dimension is negative.</exception>
    /// <exception cref="OverflowException">The number of elements exceeds 2^63 - 1, whatever the order of multiplication.</exception>
    public TensorShape(params ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        bool empty = false;
        foreach (long dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
            empty |= dimension == 0;
            product = checked(product * Math.Max(dimension, 1));
        }

        _dimensions = [.. dimensions];
        _elementCount = empty ? 0 : product;
    }

    /// <summary>The dimensions, outermost first; empty for a scalar.</summary>
    public ReadOnlySpan<long> Dimensions => Array.AsSpan();

    /// <summary>The number of dimensions.</summary>
    public int Rank => Array.Length;

    /// <summary>The number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public long ElementCount => _dimensions.IsDefault ? 1 : _elementCount;

    private ImmutableArray<long> Array => _dimensions.IsDefault ? [] : _dimensions;

    /// <summary>The size of dimension <paramref name="axis"/>, counted from the outermost.</summary>
    public long this[int axis] => Array[axis];

    /// <summary>Whether both shapes have the same dimensions.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Whether the shapes differ.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Array.AsSpan().SequenceEqual(other.Array.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(MemoryMarshal.AsBytes(Array.AsSpan()));
        return hash.ToHashCode();
    }

    /// <summary>The dimensions as text, such as <c>[768, 3072]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", Array)}]";
}
