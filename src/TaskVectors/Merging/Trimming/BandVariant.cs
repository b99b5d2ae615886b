namespace TaskVectors.Merging.Trimming;

/// <summary>What breadcrumbs take a band of.</summary>
internal enum BandVariant
{
    /// <summary>The magnitudes of each tensor.</summary>
    Mergekit,

    /// <summary>The magnitudes of each run along the last dimension of a tensor.</summary>
    Paper,
}
