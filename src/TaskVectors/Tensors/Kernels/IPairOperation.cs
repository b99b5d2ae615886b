using System.Runtime.Intrinsics;

namespace TaskVectors.Tensors.Kernels;

/// <summary>An operation on pairs of numbers of binary32, element by element.</summary>
internal interface IPairOperation
{
    /// <summary>The results for eight pairs.</summary>
    Vector256<float> Apply(Vector256<float> first, Vector256<float> second);
}
