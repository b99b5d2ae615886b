using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Models.Training.Configuration;

/// <summary>A text in pieces of equal length.</summary>
internal sealed record PieceSet(DataSourceConfiguration Source, YamlNode Node, int[] Ids, int Length) : ExampleSet(Source, Node, [], new int[Ids.Length / Length])
{
    /// <summary>The tokens of some pieces.</summary>
    public IEnumerable<int> TokensOf(IEnumerable<int> pieces) => pieces.SelectMany(piece => Ids.AsSpan(piece * Length, Length).ToArray());
}
