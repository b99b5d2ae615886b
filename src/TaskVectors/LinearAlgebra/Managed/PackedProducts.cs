using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>Chooses the micro-kernel for a vector width.</summary>
internal static class PackedProducts
{
    /// <summary>The widest vectors this processor works on without emulation; 0 bits stands for scalars.</summary>
    public static int WidestBits { get; } =
        Vector512.IsHardwareAccelerated ? 512
        : Vector256.IsHardwareAccelerated ? 256
        : Vector128.IsHardwareAccelerated ? 128
        : 0;

    /// <summary>The product for a width: 512, 256, 128, or 0 for scalars. A width the processor lacks works, slowly.</summary>
    public static IPackedProduct<T> Create<T>(int bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => bits switch
        {
            512 => new PackedProduct<T, MicroKernel12x2<Vector512Lanes<T>, T>>(),
            256 => new PackedProduct<T, MicroKernel6x2<Vector256Lanes<T>, T>>(),
            128 when AdvSimd.Arm64.IsSupported => new PackedProduct<T, MicroKernel12x2<Vector128Lanes<T>, T>>(),
            128 => new PackedProduct<T, MicroKernel6x2<Vector128Lanes<T>, T>>(),
            0 => new PackedProduct<T, MicroKernel6x2<ScalarLanes<T>, T>>(),
            _ => throw new ArgumentOutOfRangeException(nameof(bits)),
        };
}
