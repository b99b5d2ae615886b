namespace TaskVectors.Tensors;

/// <summary>
/// The element types of the safetensors format, under the names the format gives them.
/// </summary>
/// <seealso cref="DTypes"/>
public enum DType
{
    /// <summary>Boolean, one byte an element; any non-zero byte is true.</summary>
    Bool,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>IEEE 754 binary64.</summary>
    F64,

    /// <summary>IEEE 754 binary32.</summary>
    F32,

    /// <summary>IEEE 754 binary16.</summary>
    F16,

    /// <summary>The upper half of binary32: 8 exponent bits, 7 fraction bits.</summary>
    BF16,

    /// <summary>8-bit float, 4 exponent and 3 fraction bits, no infinity ("fn"): largest finite value 448.</summary>
    F8_E4M3,

    /// <summary>8-bit float, 5 exponent and 2 fraction bits, with infinity: largest finite value 57344.</summary>
    F8_E5M2,

    /// <summary>8-bit float, 4 exponent and 3 fraction bits, bias 8, no infinity and no minus zero: largest finite value 240.</summary>
    F8_E4M3FNUZ,

    /// <summary>8-bit float, 5 exponent and 2 fraction bits, bias 16, no infinity and no minus zero: largest finite value 57344.</summary>
    F8_E5M2FNUZ,

    /// <summary>8-bit power of two (a block scale). Passed through; never takes part in arithmetic.</summary>
    F8_E8M0,

    /// <summary>6-bit float, 2 exponent and 3 fraction bits, packed. Passed through; never takes part in arithmetic.</summary>
    F6_E2M3,

    /// <summary>6-bit float, 3 exponent and 2 fraction bits, packed. Passed through; never takes part in arithmetic.</summary>
    F6_E3M2,

    /// <summary>4-bit float (E2M1), two to a byte. Passed through; never takes part in arithmetic.</summary>
    F4,

    /// <summary>Complex number of two binary32. Passed through; never takes part in arithmetic.</summary>
    C64,
}
