using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>Checks and arithmetic of shapes.</summary>
internal static class Shapes
{
    public static void RequireSame(Tensor left, Tensor right)
    {
        if (left.Shape != right.Shape)
        {
            throw new ArgumentException($"The shapes {left.Shape} and {right.Shape} differ.", nameof(right));
        }
    }

    public static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }

    /// <summary>The shape with another last dimension.</summary>
    public static TensorShape WithLast(TensorShape shape, long last)
    {
        long[] dimensions = shape.Dimensions.ToArray();
        dimensions[^1] = last;
        return new TensorShape(dimensions);
    }

    /// <summary>The shape to which two shapes broadcast: aligned at the last dimension, 1 stretches.</summary>
    public static TensorShape Broadcast(TensorShape left, TensorShape right)
    {
        long[] dimensions = new long[Math.Max(left.Rank, right.Rank)];
        for (int i = 1; i <= dimensions.Length; i++)
        {
            long a = i <= left.Rank ? left[left.Rank - i] : 1;
            long b = i <= right.Rank ? right[right.Rank - i] : 1;
            Require(a == b || a == 1 || b == 1, $"The shapes {left} and {right} do not broadcast.");
            dimensions[^i] = a == 1 ? b : a;
        }

        return new TensorShape(dimensions);
    }

    /// <summary>Elements to move in a tensor of a shape for one step along each dimension of the shape it is broadcast to.</summary>
    public static int[] BroadcastStrides(TensorShape shape, TensorShape target)
    {
        int[] strides = new int[target.Rank];
        int stride = 1;
        for (int i = 1; i <= shape.Rank; i++)
        {
            strides[^i] = shape[shape.Rank - i] == 1 ? 0 : stride;
            stride *= (int)shape[shape.Rank - i];
        }

        return strides;
    }

    public static int Product(ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        foreach (long dimension in dimensions)
        {
            product *= dimension;
        }

        return (int)product;
    }
}
