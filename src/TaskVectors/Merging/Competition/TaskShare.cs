using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TaskVectors.Merging.Competition;

/// <summary>The share of one task in the elements of a block: its score, brought from what is between two scores to 0 to 1.</summary>
/// <param name="Lowest">The score up to which there is none.</param>
/// <param name="Largest">The score of the whole, larger than <paramref name="Lowest"/>.</param>
/// <param name="Factor">The factor of the task's values.</param>
/// <param name="Range">The magnitudes to which the values are clamped.</param>
internal readonly record struct TaskShare(double Lowest, double Largest, double Factor, MagnitudeRange Range)
{
    /// <summary>Adds the task's values times its share in each element to a sum, and its share to the sum of shares.</summary>
    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> scores, Span<double> sum, Span<double> shares) =>
        AddScalar(values, scores, AddVectors(values, scores, sum, shares), sum, shares);

    /// <summary>The same from a position on, one by one.</summary>
    public void AddScalar(ReadOnlySpan<double> values, ReadOnlySpan<double> scores, int from, Span<double> sum, Span<double> shares)
    {
        for (int index = from; index < sum.Length; index++)
        {
            double share = scores[index] > Lowest ? (scores[index] - Lowest) / (Largest - Lowest) : 0;
            sum[index] += Factor * Range.Clamp(values[index]) * share;
            shares[index] += share;
        }
    }

    // Returns how many elements are done.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddVectors(ReadOnlySpan<double> values, ReadOnlySpan<double> scores, Span<double> sum, Span<double> shares)
    {
        ref double value = ref MemoryMarshal.GetReference(values);
        ref double score = ref MemoryMarshal.GetReference(scores);
        ref double total = ref MemoryMarshal.GetReference(sum);
        ref double divisor = ref MemoryMarshal.GetReference(shares);
        var lowest = new Vector<double>(Lowest);
        var width = new Vector<double>(Largest - Lowest);
        var factor = new Vector<double>(Factor);
        var low = new Vector<double>(Range.Low);
        var high = new Vector<double>(Range.High);
        var signBit = new Vector<double>(-0.0);
        int index = 0;
        for (; index <= sum.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            Vector<double> own = Vector.LoadUnsafe(ref value, (nuint)index);
            Vector<double> fared = Vector.LoadUnsafe(ref score, (nuint)index);
            Vector<double> share = Vector.GreaterThan(fared, lowest).As<long, double>() & ((fared - lowest) / width);
            Vector<double> clamped = Vector.Min(Vector.Max(Vector.Abs(own), low), high) | (own & signBit);
            clamped = Vector.ConditionalSelect(Vector.Equals(own, Vector<double>.Zero), Vector<double>.Zero, clamped);
            (Vector.LoadUnsafe(ref total, (nuint)index) + (factor * clamped * share)).StoreUnsafe(ref total, (nuint)index);
            (Vector.LoadUnsafe(ref divisor, (nuint)index) + share).StoreUnsafe(ref divisor, (nuint)index);
        }

        return index;
    }
}
