namespace TaskVectors.Merging.Products;

/// <summary>Which points a Karcher mean is of.</summary>
internal enum KarcherVariant
{
    /// <summary>The models, and the base where there is one.</summary>
    Mergekit,

    /// <summary>The models alone.</summary>
    Paper,
}
