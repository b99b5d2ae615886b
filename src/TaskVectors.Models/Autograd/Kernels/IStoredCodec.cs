using System.Runtime.Intrinsics;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>How eight elements of a storage type of 16 bits become F32.</summary>
internal interface IStoredCodec
{
    /// <summary>The exact values.</summary>
    static abstract Vector256<float> Widen(Vector128<ushort> codes);
}
