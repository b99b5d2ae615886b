using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Operations;

/// <summary>Functions applied to every element, and gated products of them.</summary>
public static class ActivationOperations
{
    /// <summary>Elements a thread should have at least.</summary>
    internal const int LeastElements = 1 << 13;

    /// <summary>y = f(x), element by element.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="activation">The function f.</param>
    public static Tensor Activate(this Tensor x, Activation activation)
    {
        ArgumentNullException.ThrowIfNull(x);
        ComputeContext context = x.Context;
        Tensor y = context.Allocate(x.Shape);
        context.Team.For(x.Count, LeastElements, (start, end) => ActivationKernels.Apply(activation, x.Values[start..end], y.Values[start..end]));
        if (context.Needs(x))
        {
            context.Record(y, dy =>
            {
                Tensor dx = x.OpenGradient(out bool accumulate);
                context.Team.For(x.Count, LeastElements, (start, end) => ActivationKernels.Backward(
                    activation, x.Values[start..end], dy.Values[start..end], dx.Values[start..end], accumulate));
            });
        }

        return y;
    }

    /// <summary>f(gate) times up, element by element: SwiGLU, GEGLU (Shazeer, "GLU Variants Improve Transformer", 2020).</summary>
    /// <param name="gate">Any shape.</param>
    /// <param name="up">The same shape.</param>
    /// <param name="activation">The function f.</param>
    public static Tensor Gate(this Tensor gate, Tensor up, Activation activation)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(up);
        Shapes.RequireSame(gate, up);
        ComputeContext context = gate.Context;
        Tensor y = context.Allocate(gate.Shape);
        context.Team.For(gate.Count, LeastElements, (start, end) =>
        {
            Span<float> target = y.Values[start..end];
            ActivationKernels.Apply(activation, gate.Values[start..end], target);
            Products.Multiply(target, up.Values[start..end], target);
        });
        if (context.Needs(gate, up))
        {
            context.Record(y, dy => GateBackward(gate, up, activation, dy));
        }

        return y;
    }

    private static void GateBackward(Tensor gate, Tensor up, Activation activation, Tensor dy)
    {
        bool addGate = false;
        bool addUp = false;
        Tensor? dGate = gate.RequiresGradient ? gate.OpenGradient(out addGate) : null;
        Tensor? dUp = up.RequiresGradient ? up.OpenGradient(out addUp) : null;
        gate.Context.Team.For(gate.Count, LeastElements, (start, end) =>
        {
            const int Block = 1024;
            Span<float> scratch = stackalloc float[Block];
            for (int first = start; first < end; first += Block)
            {
                Range range = first..Math.Min(end, first + Block);
                Span<float> part = scratch[..(Math.Min(end, first + Block) - first)];
                if (dUp is not null)
                {
                    ActivationKernels.Apply(activation, gate.Values[range], part);
                    Products.Multiply(part, dy.Values[range], dUp.Values[range], addUp);
                }

                if (dGate is not null)
                {
                    Products.Multiply(up.Values[range], dy.Values[range], part);
                    ActivationKernels.Backward(activation, gate.Values[range], part, dGate.Values[range], addGate);
                }
            }
        });
    }
}
