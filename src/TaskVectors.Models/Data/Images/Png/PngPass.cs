namespace TaskVectors.Models.Data.Images.Png;

/// <summary>A pass of Adam7 interlacing: every so many columns and rows, from a first one.</summary>
internal readonly record struct PngPass(int FirstColumn, int ColumnStep, int FirstRow, int RowStep)
{
    /// <summary>The passes of a picture: seven, or one of everything.</summary>
    public static IReadOnlyList<PngPass> Of(bool interlaced) => interlaced
        ?
        [
            new(0, 8, 0, 8), new(4, 8, 0, 8), new(0, 4, 4, 8), new(2, 4, 0, 4), new(0, 2, 2, 4), new(1, 2, 0, 2), new(0, 1, 1, 2),
        ]
        : [new(0, 1, 0, 1)];

    public int Columns(int width) => (width - FirstColumn + ColumnStep - 1) / ColumnStep;

    public int Rows(int height) => (height - FirstRow + RowStep - 1) / RowStep;
}
