namespace TaskVectors.Models.Training;

/// <summary>A data set of a mixture.</summary>
/// <param name="Count">Its examples, at least 1.</param>
/// <param name="Weight">Its share of what is seen, in proportion to the other parts' weights; positive.</param>
public sealed record DataPart(int Count, double Weight);
