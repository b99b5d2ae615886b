namespace TaskVectors.Merging.Spectral;

/// <summary>How many singular directions of a low-rank task vector a spectral method works with.</summary>
internal enum RankCap
{
    /// <summary>No more than the factors of an adapter have, and none whose singular value is rounding error.</summary>
    Adapter,

    /// <summary>As many as the formula says, directions of zero singular values included, as the authors' code does.</summary>
    None,
}
