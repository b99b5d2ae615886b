using System.Numerics;

namespace TaskVectors.Execution.Planning;

/// <summary>Looks for values that are not numbers.</summary>
internal static class NaNSearch
{
    /// <summary>Whether a value is NaN.</summary>
    public static bool Contains<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = 0;
        Vector<T> isNumber = Vector<T>.AllBitsSet;
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            var value = new Vector<T>(values[index..]);
            isNumber &= Vector.Equals(value, value);
        }

        bool isFound = Vector.AsVectorByte(isNumber) != Vector<byte>.AllBitsSet;
        for (; index < values.Length; index++)
        {
            isFound |= T.IsNaN(values[index]);
        }

        return isFound;
    }
}
