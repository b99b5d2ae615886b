using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Trimming;

/// <summary>The parameters of trimming.</summary>
internal static class TrimParameters
{
    public static MergeParameter<double> Density { get; } =
        new NumberParameter("density", "The fraction of the elements of each tensor that is kept.") { Default = 1, Minimum = 0, Maximum = 1, IsPerModel = true };

    public static MergeParameter<double> KeepProbability { get; } =
        new NumberParameter("density", "The probability that an element is kept.") { Default = 1, Minimum = 0, Maximum = 1, IsPerModel = true };

    public static MergeParameter<bool> RescaleOff { get; } = Rescale(false);

    /// <summary>A number for each model.</summary>
    public static double[] PerModel(MergeArguments arguments, MergeParameter<double> parameter) =>
        [.. Enumerable.Range(0, arguments.VectorCount).Select(model => arguments.Get(parameter, model))];

    private static BooleanParameter Rescale(bool value) =>
        new("rescale", "Whether what is kept of a tensor is scaled so that its sum of magnitudes is what it was.", value);
}
