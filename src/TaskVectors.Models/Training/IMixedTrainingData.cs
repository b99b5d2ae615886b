namespace TaskVectors.Models.Training;

/// <summary>Examples of several data sets, one set after the other, of which each has a share of its own in every epoch.</summary>
internal interface IMixedTrainingData : ITrainingData
{
    /// <summary>The sets; their counts add up to <see cref="ITrainingData.Count"/>.</summary>
    IReadOnlyList<DataPart> Parts { get; }
}
