using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Sharing;

/// <summary>The parameters of methods that tell shared changes from unique ones, element by element.</summary>
internal static class SharingParameters
{
    public static MergeParameter<double> Epsilon { get; } =
        new NumberParameter("epsilon", "The magnitude that a change must exceed to count as one.") { Default = 1e-5, Minimum = 0 };
}
