using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Other orders and parts of the same elements.</summary>
public static class ShapeOperations
{
    /// <summary>The same elements, and the same memory, under another shape.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="dimensions">As many elements; one dimension may be -1 and is worked out.</param>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public static Tensor Reshape(this Tensor x, params ReadOnlySpan<long> dimensions)
    {
        ArgumentNullException.ThrowIfNull(x);
        long[] target = dimensions.ToArray();
        int open = Array.IndexOf(target, -1);
        if (open >= 0)
        {
            target[open] = 1;
            target[open] = x.Count / Math.Max(1, Shapes.Product(target));
        }

        TensorShape shape = new(target);
        Shapes.Require(shape.ElementCount == x.Count, $"A tensor of shape {x.Shape} cannot be seen as {shape}.");
        Tensor y = x.View(shape);
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy => Gradients.HandOver(y, dy, x));
        }

        return y;
    }

    /// <summary>The dimensions in another order.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="order">Dimension i of the result is dimension order[i] of x.</param>
    /// <exception cref="ArgumentException">The order is no permutation of the dimensions.</exception>
    public static Tensor Permute(this Tensor x, params ReadOnlySpan<int> order)
    {
        ArgumentNullException.ThrowIfNull(x);
        int[] axes = order.ToArray();
        Shapes.Require(
            axes.Length == x.Rank && axes.Order().SequenceEqual(Enumerable.Range(0, x.Rank)), $"({string.Join(", ", axes)}) is no order of {x.Rank} dimensions.");
        long[] dimensions = Array.ConvertAll(axes, axis => x.Shape[axis]);
        Tensor y = x.Context.Allocate(dimensions);
        int[] source = new int[x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            source[i] = Shapes.Product(x.Shape.Dimensions[(axes[i] + 1)..]);
        }

        ForEach(dimensions, source, (from, step, to, length) =>
        {
            ReadOnlySpan<float> values = x.Values;
            Span<float> target = y.Values.Slice(to, length);
            if (step == 1)
            {
                values.Slice(from, length).CopyTo(target);
                return;
            }

            for (int i = 0; i < length; i++)
            {
                target[i] = values[from + (i * step)];
            }
        });
        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Tensor dx = x.OpenSparseGradient();
                ForEach(dimensions, source, (from, step, to, length) =>
                {
                    Span<float> gradient = dx.Values;
                    ReadOnlySpan<float> values = dy.Values.Slice(to, length);
                    for (int i = 0; i < length; i++)
                    {
                        gradient[from + (i * step)] += values[i];
                    }
                });
            });
        }

        return y;
    }

    /// <summary>A range along one dimension.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="axis">The dimension; negative counts from the last.</param>
    /// <param name="start">The first index.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="ArgumentException">The range reaches outside the dimension.</exception>
    public static Tensor Slice(this Tensor x, int axis, int start, int length)
    {
        ArgumentNullException.ThrowIfNull(x);
        axis = axis < 0 ? x.Rank + axis : axis;
        Shapes.Require(start >= 0 && length >= 0 && start + length <= x.Size(axis), $"[{start}, {start + length}) is not within dimension {axis} of {x.Shape}.");
        int outer = Shapes.Product(x.Shape.Dimensions[..axis]);
        int inner = Shapes.Product(x.Shape.Dimensions[(axis + 1)..]);
        int size = x.Size(axis);
        long[] dimensions = x.Shape.Dimensions.ToArray();
        dimensions[axis] = length;
        Tensor y = x.Context.Allocate(dimensions);
        for (int i = 0; i < outer; i++)
        {
            x.Values.Slice(((i * size) + start) * inner, length * inner).CopyTo(y.Values[(i * length * inner)..]);
        }

        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                for (int i = 0; i < outer; i++)
                {
                    Elementwise.Add(dy.Values.Slice(i * length * inner, length * inner), gradient.Slice(((i * size) + start) * inner, length * inner));
                }
            });
        }

        return y;
    }

    /// <summary>Tensors one after another along a dimension; all others are equal.</summary>
    /// <param name="axis">The dimension; negative counts from the last.</param>
    /// <param name="parts">At least one tensor.</param>
    /// <exception cref="ArgumentException">There is no tensor, or their other dimensions differ.</exception>
    public static Tensor Concatenate(int axis, params ReadOnlySpan<Tensor> parts)
    {
        Shapes.Require(!parts.IsEmpty, "There is nothing to concatenate.");
        Tensor[] inputs = parts.ToArray();
        Tensor first = inputs[0];
        axis = axis < 0 ? first.Rank + axis : axis;
        long[] dimensions = first.Shape.Dimensions.ToArray();
        dimensions[axis] = 0;
        foreach (Tensor input in inputs)
        {
            Shapes.Require(
                input.Rank == first.Rank
                && input.Shape.Dimensions[..axis].SequenceEqual(first.Shape.Dimensions[..axis])
                && input.Shape.Dimensions[(axis + 1)..].SequenceEqual(first.Shape.Dimensions[(axis + 1)..]),
                $"The shapes {first.Shape} and {input.Shape} do not join along dimension {axis}.");
            dimensions[axis] += input.Shape[axis];
        }

        Tensor y = first.Context.Allocate(dimensions);
        int outer = Shapes.Product(first.Shape.Dimensions[..axis]);
        ForEachPart(inputs, outer, (input, from, to, length) => input.Values.Slice(from, length).CopyTo(y.Values[to..]));
        if (first.Context.Needs(inputs))
        {
            first.Context.Record(y, dy => ForEachPart(inputs, outer, (input, from, to, length) =>
            {
                if (input.RequiresGradient)
                {
                    Elementwise.Add(dy.Values.Slice(to, length), input.OpenSparseGradient().Values.Slice(from, length));
                }
            }));
        }

        return y;
    }

    /// <summary>The elements that indices choose along the last dimension.</summary>
    /// <param name="x">[..., n].</param>
    /// <param name="indices">The same dimensions in front, and any number of indices at the end.</param>
    /// <exception cref="ArgumentException">The dimensions in front differ, or an index lies outside.</exception>
    public static Tensor Gather(this Tensor x, IndexTensor indices)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(indices);
        Shapes.Require(
            x.Shape.Dimensions[..^1].SequenceEqual(indices.Shape.Dimensions[..^1]), $"Indices of shape {indices.Shape} do not choose from {x.Shape}.");
        (int size, int count) = (x.Size(-1), indices.Size(-1));
        Tensor y = x.Context.Allocate(indices.Shape);
        for (int i = 0; i < indices.Count; i++)
        {
            Shapes.Require((uint)indices.Values[i] < (uint)size, $"The index {indices.Values[i]} is not within [0, {size}).");
            y.Values[i] = x.Values[(i / count * size) + indices.Values[i]];
        }

        if (x.Context.Needs(x))
        {
            x.Context.Record(y, dy =>
            {
                Span<float> gradient = x.OpenSparseGradient().Values;
                for (int i = 0; i < indices.Count; i++)
                {
                    gradient[(i / count * size) + indices.Values[i]] += dy.Values[i];
                }
            });
        }

        return y;
    }

    /// <summary>Rows of a matrix, or slices along the first dimension, in a chosen order; the gradient of a row chosen twice adds up.</summary>
    /// <param name="x">[n, ...].</param>
    /// <param name="rows">Which rows.</param>
    public static Tensor SelectRows(this Tensor x, IndexTensor rows) => EmbeddingOperations.Embed(x, rows);

    private static void ForEachPart(Tensor[] inputs, int outer, Action<Tensor, int, int, int> body)
    {
        int to = 0;
        for (int i = 0; i < outer; i++)
        {
            foreach (Tensor input in inputs)
            {
                int length = input.Count / outer;
                body(input, i * length, to, length);
                to += length;
            }
        }
    }

    private static void ForEach(long[] dimensions, int[] strides, Action<int, int, int, int> body)
    {
        int last = dimensions.Length - 1;
        if (last < 0)
        {
            body(0, 0, 0, 1);
            return;
        }

        int length = (int)dimensions[last];
        int[] position = new int[dimensions.Length];
        int from = 0;
        int total = Shapes.Product(dimensions);
        for (int to = 0; to < total; to += length)
        {
            body(from, strides[last], to, length);
            for (int axis = last - 1; axis >= 0; axis--)
            {
                from += strides[axis];
                if (++position[axis] < dimensions[axis])
                {
                    break;
                }

                from -= strides[axis] * position[axis];
                position[axis] = 0;
            }
        }
    }
}
