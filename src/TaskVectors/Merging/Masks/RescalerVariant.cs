namespace TaskVectors.Merging.Masks;

/// <summary>How the rescalers of EMR are found.</summary>
internal enum RescalerVariant
{
    /// <summary>Sums over the whole vector.</summary>
    Paper,

    /// <summary>Sums of the means of each tensor.</summary>
    Authors,
}
