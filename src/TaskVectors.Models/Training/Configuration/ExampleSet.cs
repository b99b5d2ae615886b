using TaskVectors.Models.Data;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A data set that has been opened: its examples by number, and what is known of their labels.</summary>
/// <param name="Source">The data set.</param>
/// <param name="Node">Where it is named.</param>
/// <param name="ClassNames">What the set calls its classes; empty where there are none.</param>
/// <param name="Labels">The set's own label of each example; all 0 where there are none.</param>
internal abstract record ExampleSet(DataSourceConfiguration Source, YamlNode Node, IReadOnlyList<string> ClassNames, IReadOnlyList<int> Labels)
{
    /// <summary>The examples that the configuration chooses: a part, at most so many.</summary>
    public int[] Choose(ulong seed)
    {
        int[] part = Source.Part is { } name && Source.Shares.Count > 0 ? DataSplits.Create(Labels, Source.Shares, seed)[name.Text] : [.. Enumerable.Range(0, Labels.Count)];
        return Source.Limit is { } limit && limit < part.Length
            ? [.. SeededOrder.Shuffle(part.Length, seed).Take(limit).Order().Select(index => part[index])]
            : part;
    }
}
