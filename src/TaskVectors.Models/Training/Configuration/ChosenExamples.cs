namespace TaskVectors.Models.Training.Configuration;

/// <summary>Examples of a data set under the labels of the task.</summary>
/// <param name="Set">The data set.</param>
/// <param name="Indices">Which examples.</param>
/// <param name="Labels">The label of each.</param>
internal sealed record ChosenExamples<TSet>(TSet Set, int[] Indices, int[] Labels)
    where TSet : ExampleSet;
