using System.Numerics;

namespace TaskVectors.LinearAlgebra.Managed;

/// <summary>
/// A few numbers that one instruction works on. The micro-kernels are written once over this; its implementations differ in width only.
/// </summary>
internal unsafe interface ILanes<TSelf, T>
    where TSelf : unmanaged, ILanes<TSelf, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How many numbers.</summary>
    static abstract int Count { get; }

    /// <summary>Reads <see cref="Count"/> numbers.</summary>
    static abstract TSelf Load(T* source);

    /// <summary>One number in every lane.</summary>
    static abstract TSelf Broadcast(T value);

    /// <summary>a b + c with one rounding.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>Writes <see cref="Count"/> numbers.</summary>
    static abstract void Store(TSelf value, T* target);
}
