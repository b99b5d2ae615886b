using System.Numerics;

namespace TaskVectors.Merging.Competition;

/// <summary>The magnitudes to which a task vector is clamped.</summary>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
internal readonly record struct MagnitudeRange(double Low, double High)
{
    /// <summary>The value with its magnitude clamped; zero stays zero.</summary>
    public double Clamp(double value) => value == 0 ? 0 : Math.CopySign(Math.Min(Math.Max(Math.Abs(value), Low), High), value);

    /// <summary>Where the clamped magnitude lies in the range, from 0 to 1.</summary>
    public double Normalize(double value) => High > Low ? (Math.Min(Math.Max(Math.Abs(value), Low), High) - Low) / (High - Low) : 0;

    /// <summary>Adds where each value lies in the range, with its sign, to a sum.</summary>
    public void AddNormalized(ReadOnlySpan<double> values, Span<double> sums)
    {
        var low = new Vector<double>(Low);
        var high = new Vector<double>(High);
        var width = new Vector<double>(High - Low);
        Vector<long> isWide = Vector.GreaterThan(high, low);
        var signBit = new Vector<double>(-0.0);
        int index = 0;
        for (; index <= sums.Length - Vector<double>.Count; index += Vector<double>.Count)
        {
            var value = new Vector<double>(values[index..]);
            Vector<double> normal = (Vector.Min(Vector.Max(Vector.Abs(value), low), high) - low) / width;
            normal = (isWide.As<long, double>() & normal) | (value & signBit);
            normal = Vector.AndNot(normal, Vector.Equals(value, Vector<double>.Zero).As<long, double>());
            (new Vector<double>(sums[index..]) + normal).CopyTo(sums[index..]);
        }

        AddNormalizedScalar(values, index, sums);
    }

    /// <summary>The same from a position on, one by one.</summary>
    public void AddNormalizedScalar(ReadOnlySpan<double> values, int from, Span<double> sums)
    {
        for (int index = from; index < sums.Length; index++)
        {
            sums[index] += values[index] == 0 ? 0 : Math.CopySign(Normalize(values[index]), values[index]);
        }
    }
}
