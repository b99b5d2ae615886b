namespace TaskVectors.Merging.Products;

/// <summary>How Model Stock counts task vectors whose norms are small.</summary>
internal enum ModelStockVariant
{
    /// <summary>The product of norms is taken as at least 1e-6, which makes small vectors seem orthogonal.</summary>
    Mergekit,

    /// <summary>The cosine, whatever the norms.</summary>
    Paper,
}
