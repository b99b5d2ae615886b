namespace TaskVectors.Merging.Sharing;

/// <summary>How SCE weighs tensors whose differences are small.</summary>
internal enum SceVariant
{
    /// <summary>Alike where the mean squares sum to less than 1e-6.</summary>
    Mergekit,

    /// <summary>By their energy, however small it is.</summary>
    Paper,
}
