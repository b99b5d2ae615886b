using System.Numerics;

namespace TaskVectors.Execution;

/// <summary>Looks for values that are not numbers.</summary>
internal static class NaNSearch
{
    /// <summary>Whether a value is NaN.</summary>
    public static bool Contains(ReadOnlySpan<double> values)
    {
        int index = 0;
        Vector<long> found = Vector<long>.AllBitsSet;
        for (; index <= values.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var value = new Vector<double>(values[index..]);
            found &= Vector.Equals(value, value);
        }

        bool isFound = !found.Equals(Vector<long>.AllBitsSet);
        for (; index < values.Length; index++)
        {
            isFound |= double.IsNaN(values[index]);
        }

        return isFound;
    }
}
