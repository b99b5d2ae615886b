namespace TaskVectors.Merging.Selection;

/// <summary>Finds the k-th largest of a list by partitioning.</summary>
internal static class QuickSelect
{
    /// <summary>The k-th largest value, k from 1. Reorders the values.</summary>
    public static long Largest(Span<long> values, long rank)
    {
        int left = 0;
        int right = values.Length - 1;
        int wanted = (int)(values.Length - rank);
        while (left < right)
        {
            long pivot = Median(values[left], values[left + ((right - left) / 2)], values[right]);
            int low = left;
            int high = right;
            while (low <= high)
            {
                while (values[low] < pivot)
                {
                    low++;
                }

                while (values[high] > pivot)
                {
                    high--;
                }

                if (low <= high)
                {
                    (values[low], values[high]) = (values[high], values[low]);
                    low++;
                    high--;
                }
            }

            if (wanted <= high)
            {
                right = high;
            }
            else if (wanted >= low)
            {
                left = low;
            }
            else
            {
                break;
            }
        }

        return values[wanted];
    }

    private static long Median(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
