using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>One step of Adam over a run of elements.</summary>
internal sealed class AdamStep
{
    public required float Beta1 { get; init; }

    public required float Beta2 { get; init; }

    public required float Complement1 { get; init; }

    public required float Complement2 { get; init; }

    public required float Epsilon { get; init; }

    /// <summary>What the parameter is multiplied by first.</summary>
    public required float Keep { get; init; }

    /// <summary>How much of the parameter is added to the gradient.</summary>
    public required float Decay { get; init; }

    public required float Size { get; init; }

    public required float RootScale { get; init; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, Span<float> parameter)
    {
        int i = 0;
        for (; i <= parameter.Length - VectorMath.Lanes; i += VectorMath.Lanes)
        {
            Vector256<float> theta = Elementwise.Load(parameter, i);
            Vector256<float> g = Vector256.FusedMultiplyAdd(Vector256.Create(Decay), theta, Elementwise.Load(gradient, i));
            Vector256<float> m = Vector256.FusedMultiplyAdd(Vector256.Create(Beta1), Elementwise.Load(first, i), Vector256.Create(Complement1) * g);
            Vector256<float> v = Vector256.FusedMultiplyAdd(Vector256.Create(Beta2), Elementwise.Load(second, i), Vector256.Create(Complement2) * g * g);
            Elementwise.Store(m, first, i);
            Elementwise.Store(v, second, i);
            Vector256<float> divisor = Vector256.FusedMultiplyAdd(Vector256.Sqrt(v), Vector256.Create(RootScale), Vector256.Create(Epsilon));
            Elementwise.Store((theta * Vector256.Create(Keep)) - (Vector256.Create(Size) * m / divisor), parameter, i);
        }

        for (; i < parameter.Length; i++)
        {
            float g = MathF.FusedMultiplyAdd(Decay, parameter[i], gradient[i]);
            first[i] = MathF.FusedMultiplyAdd(Beta1, first[i], Complement1 * g);
            second[i] = MathF.FusedMultiplyAdd(Beta2, second[i], Complement2 * g * g);
            float divisor = MathF.FusedMultiplyAdd(MathF.Sqrt(second[i]), RootScale, Epsilon);
            parameter[i] = (parameter[i] * Keep) - (Size * first[i] / divisor);
        }
    }
}
