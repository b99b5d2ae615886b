using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging.Sums;

/// <summary>The parameters of weighted sums.</summary>
internal static class SumParameters
{
    public static MergeParameter<double> Weight { get; } = new NumberParameter("weight", "The coefficient of the model.") { Default = 1, IsPerModel = true };

    public static MergeParameter<double> Lambda { get; } = new NumberParameter("lambda", "Scales the merged task vector.") { Default = 1 };

    public static MergeParameter<bool> NormalizeOff { get; } = Normalize(false);

    public static MergeParameter<bool> NormalizeOn { get; } = Normalize(true);

    public static MergeParameter<bool> Int8Mask { get; } = new BooleanParameter("int8_mask", "Accepted from recipes of other tools; changes nothing.", false);

    private static BooleanParameter Normalize(bool value) => new("normalize", "Whether the sum is divided by the sum of the weights that take part in it.", value);
}
