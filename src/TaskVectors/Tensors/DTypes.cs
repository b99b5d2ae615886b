using System.Diagnostics.CodeAnalysis;

namespace TaskVectors.Tensors;

/// <summary>Facts about each <see cref="DType"/>: its name in files, its size, whether it takes part in arithmetic.</summary>
public static class DTypes
{
    private static readonly (DType DType, string Name, int Bits, bool Arithmetic)[] Table =
    [
        (DType.Bool, "BOOL", 8, false),
        (DType.U8, "U8", 8, false),
        (DType.I8, "I8", 8, false),
        (DType.U16, "U16", 16, false),
        (DType.I16, "I16", 16, false),
        (DType.U32, "U32", 32, false),
        (DType.I32, "I32", 32, false),
        (DType.U64, "U64", 64, false),
        (DType.I64, "I64", 64, false),
        (DType.F64, "F64", 64, true),
        (DType.F32, "F32", 32, true),
        (DType.F16, "F16", 16, true),
        (DType.BF16, "BF16", 16, true),
        (DType.F8_E4M3, "F8_E4M3", 8, true),
        (DType.F8_E5M2, "F8_E5M2", 8, true),
        (DType.F8_E4M3FNUZ, "F8_E4M3FNUZ", 8, true),
        (DType.F8_E5M2FNUZ, "F8_E5M2FNUZ", 8, true),
        (DType.F8_E8M0, "F8_E8M0", 8, false),
        (DType.F6_E2M3, "F6_E2M3", 6, false),
        (DType.F6_E3M2, "F6_E3M2", 6, false),
        (DType.F4, "F4", 4, false),
        (DType.C64, "C64", 64, false),
    ];

    /// <summary>Every element type, in declaration order.</summary>
    public static IReadOnlyList<DType> All { get; } = Array.ConvertAll(Table, row => row.DType);

    /// <summary>The name the safetensors format gives the type, such as <c>BF16</c>.</summary>
    public static string Name(this DType dtype) => Table[(int)dtype].Name;

    /// <summary>The size of one element in bits: 4 and 6 for packed types, else a multiple of 8.</summary>
    public static int BitSize(this DType dtype) => Table[(int)dtype].Bits;

    /// <summary>
    /// Whether tensors of this type take part in edits: the plain floating-point types do; integers, booleans, complex
    /// numbers and packed block formats are copied from the base and never averaged.
    /// </summary>
    public static bool IsArithmetic(this DType dtype) => Table[(int)dtype].Arithmetic;

    /// <summary>Finds a type by the name the safetensors format gives it; case matters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out DType dtype)
    {
        foreach (var row in Table)
        {
            if (row.Name == name)
            {
                dtype = row.DType;
                return true;
            }
        }

        dtype = default;
        return false;
    }
}
