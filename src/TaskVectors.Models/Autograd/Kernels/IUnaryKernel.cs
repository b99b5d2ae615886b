using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>A function of one number and its derivative, eight at a time.</summary>
internal interface IUnaryKernel
{
    /// <summary>f(x).</summary>
    static abstract Vector256<float> Value(Vector256<float> x);

    /// <summary>f'(x).</summary>
    static abstract Vector256<float> Slope(Vector256<float> x);
}
