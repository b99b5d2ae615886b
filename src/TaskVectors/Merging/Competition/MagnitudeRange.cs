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
}
