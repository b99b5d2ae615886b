using TaskVectors.Tensors;

namespace TaskVectors.Models.Autograd;

/// <summary>Whole numbers in row-major order: token ids, positions, labels, masks of 0 and 1. They have no gradient.</summary>
public sealed class IndexTensor
{
    private readonly int[] _values;

    /// <summary>Takes over the numbers.</summary>
    /// <param name="values">The numbers in row-major order; not copied.</param>
    /// <param name="dimensions">The dimensions, outermost first.</param>
    /// <exception cref="ArgumentException">There are more or fewer numbers than the shape has places.</exception>
    public IndexTensor(int[] values, params ReadOnlySpan<long> dimensions)
    {
        ArgumentNullException.ThrowIfNull(values);
        Shape = new TensorShape(dimensions);
        if (Shape.ElementCount != values.Length)
        {
            throw new ArgumentException($"{values.Length} numbers do not fill the shape {Shape}.", nameof(values));
        }

        _values = values;
    }

    /// <summary>The dimensions, outermost first.</summary>
    public TensorShape Shape { get; }

    /// <summary>The number of elements.</summary>
    public int Count => _values.Length;

    /// <summary>The numbers in row-major order.</summary>
    public ReadOnlySpan<int> Values => _values;

    /// <summary>The size of a dimension.</summary>
    /// <param name="axis">Counted from the outermost; negative counts from the innermost, -1 being the last.</param>
    public int Size(int axis) => (int)Shape[axis < 0 ? Shape.Rank + axis : axis];
}
