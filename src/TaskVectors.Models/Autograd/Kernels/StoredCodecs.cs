using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.Models.Autograd.Kernels;

/// <summary>BF16: the upper half of an F32 number.</summary>
internal readonly struct BFloat16StoredCodec : IStoredCodec
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector128<ushort> codes) => (StoredCodes.Extend(codes) << 16).AsSingle();
}

/// <summary>
/// F16: moved to the fields of F32 a code is its value times 2^-112, subnormals included; infinities and NaN get the largest exponent instead.
/// </summary>
internal readonly struct Float16StoredCodec : IStoredCodec
{
    private const int FractionShift = 13;
    private const float Scale = 5.192296858534828e33f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector128<ushort> codes)
    {
        Vector256<uint> extended = StoredCodes.Extend(codes);
        Vector256<uint> magnitude = extended & Vector256.Create(0x7FFFu);
        Vector256<uint> fields = magnitude << FractionShift;
        Vector256<uint> ordinary = (fields.AsSingle() * Vector256.Create(Scale)).AsUInt32();
        Vector256<uint> special = fields | Vector256.Create(0x7F80_0000u);
        Vector256<uint> isSpecial = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x7BFF)).AsUInt32();
        return (Vector256.ConditionalSelect(isSpecial, special, ordinary) | ((extended & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }
}

/// <summary>What the codecs share.</summary>
internal static class StoredCodes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Extend(Vector128<ushort> codes) => Avx2.IsSupported
        ? Avx2.ConvertToVector256Int32(codes).AsUInt32()
        : Vector256.Create(Vector128.WidenLower(codes), Vector128.WidenUpper(codes));
}
