using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;
using TaskVectors.Tensors;

namespace TaskVectors.Models.Operations;

/// <summary>
/// Sums, differences, products and quotients, element by element. Shapes are aligned at the last dimension, and dimensions of size 1, or
/// missing in front, are repeated.
/// </summary>
public static class ArithmeticOperations
{
    private enum Rule
    {
        Add,
        Subtract,
        Multiply,
        Divide,
    }

    /// <summary>x + y.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">A tensor whose shape broadcasts with that of x.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Add(this Tensor x, Tensor y) => Combine(x, y, Rule.Add);

    /// <summary>x - y.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">A tensor whose shape broadcasts with that of x.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Subtract(this Tensor x, Tensor y) => Combine(x, y, Rule.Subtract);

    /// <summary>x y.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">A tensor whose shape broadcasts with that of x.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Multiply(this Tensor x, Tensor y) => Combine(x, y, Rule.Multiply);

    /// <summary>x / y.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="y">A tensor whose shape broadcasts with that of x.</param>
    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public static Tensor Divide(this Tensor x, Tensor y) => Combine(x, y, Rule.Divide);

    /// <summary>a x.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="factor">The number a.</param>
    public static Tensor Scale(this Tensor x, float factor)
    {
        ArgumentNullException.ThrowIfNull(x);
        ComputeContext context = x.Context;
        Tensor y = context.Allocate(x.Shape);
        context.Team.For(x.Count, ActivationOperations.LeastElements, (start, end) => Elementwise.Scale(factor, x.Values[start..end], y.Values[start..end]));
        if (context.Needs(x))
        {
            context.Record(y, dy =>
            {
                Tensor dx = x.OpenGradient(out bool accumulate);
                if (accumulate)
                {
                    Elementwise.MultiplyAdd(factor, dy.Values, dx.Values);
                }
                else
                {
                    Elementwise.Scale(factor, dy.Values, dx.Values);
                }
            });
        }

        return y;
    }

    /// <summary>x + a.</summary>
    /// <param name="x">A tensor.</param>
    /// <param name="term">The number a.</param>
    public static Tensor AddScalar(this Tensor x, float term)
    {
        ArgumentNullException.ThrowIfNull(x);
        ComputeContext context = x.Context;
        Tensor y = context.Allocate(x.Shape);
        ReadOnlySpan<float> values = x.Values;
        Span<float> target = y.Values;
        for (int i = 0; i < values.Length; i++)
        {
            target[i] = values[i] + term;
        }

        if (context.Needs(x))
        {
            context.Record(y, dy => Gradients.HandOver(y, dy, x));
        }

        return y;
    }

    private static Tensor Combine(Tensor x, Tensor y, Rule rule)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ComputeContext context = x.Context;
        TensorShape shape = x.Shape == y.Shape ? x.Shape : Shapes.Broadcast(x.Shape, y.Shape);
        Tensor z = context.Allocate(shape);
        if (rule == Rule.Add && x.Shape == y.Shape)
        {
            context.Team.For(
                x.Count, ActivationOperations.LeastElements, (start, end) => Elementwise.Add(x.Values[start..end], y.Values[start..end], z.Values[start..end]));
        }
        else
        {
            Broadcasting.ForEachRow(shape, x.Shape, y.Shape, row => Forward(rule, x.Values, y.Values, z.Values, row));
        }

        if (context.Needs(x, y))
        {
            context.Record(z, dz => Backward(rule, x, y, z, dz, shape));
        }

        return z;
    }

    private static void Backward(Rule rule, Tensor x, Tensor y, Tensor z, Tensor dz, TensorShape shape)
    {
        if (rule == Rule.Add && x.Shape == y.Shape)
        {
            Gradients.PassOn(dz, x);
            Gradients.HandOver(z, dz, y);
            return;
        }

        Tensor? dx = x.RequiresGradient ? x.OpenSparseGradient() : null;
        Tensor? dy = y.RequiresGradient ? y.OpenSparseGradient() : null;
        Broadcasting.ForEachRow(shape, x.Shape, y.Shape, row =>
        {
            ReadOnlySpan<float> a = x.Values;
            ReadOnlySpan<float> b = y.Values;
            ReadOnlySpan<float> gradient = dz.Values.Slice(row.Target, row.Length);
            Span<float> da = dx is null ? default : dx.Values;
            Span<float> db = dy is null ? default : dy.Values;
            if (rule == Rule.Add && row is { LeftStep: 1, RightStep: 1 })
            {
                AddPart(gradient, da, row.Left);
                AddPart(gradient, db, row.Right);
                return;
            }

            for (int i = 0; i < gradient.Length; i++)
            {
                int left = row.Left + (i * row.LeftStep);
                int right = row.Right + (i * row.RightStep);
                (float slopeA, float slopeB) = Slopes(rule, a[left], b[right]);
                if (!da.IsEmpty)
                {
                    da[left] += gradient[i] * slopeA;
                }

                if (!db.IsEmpty)
                {
                    db[right] += gradient[i] * slopeB;
                }
            }
        });
    }

    private static void AddPart(ReadOnlySpan<float> gradient, Span<float> target, int start)
    {
        if (!target.IsEmpty)
        {
            Elementwise.Add(gradient, target.Slice(start, gradient.Length));
        }
    }

    private static void Forward(Rule rule, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> target, BroadcastRow row)
    {
        if (rule == Rule.Multiply && row is { LeftStep: 1, RightStep: 1 })
        {
            Products.Multiply(a.Slice(row.Left, row.Length), b.Slice(row.Right, row.Length), target.Slice(row.Target, row.Length));
            return;
        }

        if (rule == Rule.Add && row is { LeftStep: 1, RightStep: 1 })
        {
            Elementwise.Add(a.Slice(row.Left, row.Length), b.Slice(row.Right, row.Length), target.Slice(row.Target, row.Length));
            return;
        }

        for (int i = 0; i < row.Length; i++)
        {
            float left = a[row.Left + (i * row.LeftStep)];
            float right = b[row.Right + (i * row.RightStep)];
            target[row.Target + i] = rule switch
            {
                Rule.Add => left + right,
                Rule.Subtract => left - right,
                Rule.Multiply => left * right,
                _ => left / right,
            };
        }
    }

    private static (float Left, float Right) Slopes(Rule rule, float a, float b) => rule switch
    {
        Rule.Add => (1, 1),
        Rule.Subtract => (1, -1),
        Rule.Multiply => (b, a),
        _ => (1 / b, -a / (b * b)),
    };
}
