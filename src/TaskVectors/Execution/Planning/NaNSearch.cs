using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TaskVectors.Execution.Planning;

/// <summary>Looks for values that are not numbers.</summary>
internal static class NaNSearch
{
    /// <summary>Whether a value is NaN.</summary>
    public static bool Contains<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int index = ContainsVectors(values, out bool isFound);
        for (; index < values.Length; index++)
        {
            isFound |= T.IsNaN(values[index]);
        }

        return isFound;
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ContainsVectors<T>(ReadOnlySpan<T> values, out bool isFound)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T first = ref MemoryMarshal.GetReference(values);
        Vector<T> isNumber = Vector<T>.AllBitsSet;
        Vector<T> isNumberToo = Vector<T>.AllBitsSet;
        int index = 0;
        for (; index <= values.Length - (2 * Vector<T>.Count); index += 2 * Vector<T>.Count)
        {
            Vector<T> value = Vector.LoadUnsafe(ref first, (nuint)index);
            Vector<T> next = Vector.LoadUnsafe(ref first, (nuint)(index + Vector<T>.Count));
            isNumber &= Vector.Equals(value, value);
            isNumberToo &= Vector.Equals(next, next);
        }

        isFound = Vector.AsVectorByte(isNumber & isNumberToo) != Vector<byte>.AllBitsSet;
        return index;
    }
}
