namespace TaskVectors.Merging.Spectral;

/// <summary>Numbers made of singular values.</summary>
internal static class Spectrum
{
    /// <summary>The inner product, summed in an order that depends on the length alone.</summary>
    public static double Inner(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        (double first, double second, double third, double fourth) = (0, 0, 0, 0);
        int index = 0;
        for (; index <= left.Length - 4; index += 4)
        {
            first += left[index] * right[index];
            second += left[index + 1] * right[index + 1];
            third += left[index + 2] * right[index + 2];
            fourth += left[index + 3] * right[index + 3];
        }

        for (; index < left.Length; index++)
        {
            first += left[index] * right[index];
        }

        return first + second + (third + fourth);
    }

    /// <summary>The sum, from the first value on.</summary>
    public static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>How many of the leading values it takes until their sum is at least a number; all of them where it never is.</summary>
    public static int CountFor(ReadOnlySpan<double> values, double sum)
    {
        double reached = 0;
        for (int index = 0; index < values.Length; index++)
        {
            reached += values[index];
            if (reached >= sum)
            {
                return index + 1;
            }
        }

        return values.Length;
    }

    /// <summary>The mean; 0 of none.</summary>
    public static double Mean(ReadOnlySpan<double> values) => values.IsEmpty ? 0 : Sum(values) / values.Length;
}
