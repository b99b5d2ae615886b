namespace TaskVectors.Models.Data.Text;

/// <summary>Where a file has its texts and labels.</summary>
public sealed record TextDatasetOptions
{
    /// <summary>The column or key of the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>The column or key of the label; <see langword="null"/> for texts without labels.</summary>
    public string? LabelColumn { get; init; } = "label";

    /// <summary>What the labels mean, by number. Without it, they are the different labels of the file in the order of their bytes.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }
}
