namespace TaskVectors.Merging.Spectral;

/// <summary>Numbers made of singular values.</summary>
internal static class Spectrum
{
    /// <summary>The inner product, summed in an order that depends on the length alone.</summary>
    public static double Inner(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        Span<double> sums = stackalloc double[4];
        sums.Clear();
        for (int index = 0; index < left.Length; index++)
        {
            sums[index & 3] += left[index] * right[index];
        }

        return sums[0] + sums[1] + (sums[2] + sums[3]);
    }

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
