namespace TaskVectors.Merging.Orientation;

/// <summary>Which dimension of the weights a method takes for that of the outputs.</summary>
internal enum OutputAxisChoice
{
    /// <summary>The one that the checkpoint is known to have.</summary>
    Auto,

    /// <summary>The first: weights are [out, in], kernels OIHW.</summary>
    First,

    /// <summary>The last: weights are [in, out], kernels HWIO.</summary>
    Last,
}
