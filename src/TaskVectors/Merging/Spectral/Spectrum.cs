namespace TaskVectors.Merging.Spectral;

/// <summary>Numbers made of singular values.</summary>
internal static class Spectrum
{
    /// <summary>The mean; 0 of none.</summary>
    public static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return values.IsEmpty ? 0 : sum / values.Length;
    }
}
