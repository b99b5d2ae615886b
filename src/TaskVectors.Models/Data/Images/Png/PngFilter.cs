namespace TaskVectors.Models.Data.Images.Png;

/// <summary>Undoes the filters that make rows easier to compress (PNG specification, section 9).</summary>
internal static class PngFilter
{
    /// <summary>Restores a row.</summary>
    /// <param name="type">The filter, 0 to 4.</param>
    /// <param name="row">The row; it is changed.</param>
    /// <param name="above">The restored row above, or zeros.</param>
    /// <param name="distance">The bytes to the pixel on the left.</param>
    /// <returns>Whether the filter exists.</returns>
    public static bool Undo(byte type, Span<byte> row, ReadOnlySpan<byte> above, int distance)
    {
        for (int index = 0; index < row.Length && type != 0; index++)
        {
            int left = index >= distance ? row[index - distance] : 0;
            int corner = index >= distance ? above[index - distance] : 0;
            row[index] += (byte)(type switch
            {
                1 => left,
                2 => above[index],
                3 => (left + above[index]) / 2,
                _ => Paeth(left, above[index], corner),
            });
        }

        return type <= 4;
    }

    /// <summary>Of left, above and corner the one nearest to left + above - corner, in this order.</summary>
    private static int Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner);
        int toAbove = Math.Abs(left - corner);
        int toCorner = Math.Abs(left + above - (2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
