namespace TaskVectors.Tokenizers;

/// <summary>Where a row of an aligned tensor comes from: a row of a model, or something computed.</summary>
/// <param name="Model">The number of the model; less than 0 for what is no row of one.</param>
/// <param name="Row">The row there, or the number of the average.</param>
internal readonly record struct RowSource(int Model, int Row)
{
    private const int ZeroKind = -1;
    private const int AverageKind = -2;
    private const int PaddingKind = -3;

    /// <summary>A row of zeros.</summary>
    public static RowSource Zero => new(ZeroKind, 0);

    /// <summary>The mean of all rows that stand for a token.</summary>
    public static RowSource Padding => new(PaddingKind, 0);

    /// <summary>Whether this is a row of zeros.</summary>
    public bool IsZero => Model == ZeroKind;

    /// <summary>Whether this is the mean of several rows.</summary>
    public bool IsAverage => Model == AverageKind;

    /// <summary>Whether this is the mean of all rows that stand for a token.</summary>
    public bool IsPadding => Model == PaddingKind;

    /// <summary>Whether this is a row of a model.</summary>
    public bool IsStored => Model >= 0;

    /// <summary>The mean of several rows, by its number in <see cref="RowMap.Averages"/>.</summary>
    public static RowSource Average(int number) => new(AverageKind, number);

    /// <summary>Whether another row can be read together with this one, right after it.</summary>
    public bool IsFollowedBy(RowSource other, int distance) =>
        Model == other.Model && (IsStored ? other.Row == Row + distance : IsZero);
}
