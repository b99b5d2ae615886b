namespace TaskVectors.Merging.Knots;

/// <summary>How a tensor lies in the matrix of its layer.</summary>
internal enum KnotsPart
{
    /// <summary>Its own rows and columns; kernels of convolutions as [out, rest].</summary>
    Matrix,

    /// <summary>The weight of a norm: a diagonal matrix.</summary>
    Diagonal,

    /// <summary>A bias: one column.</summary>
    Column,

    /// <summary>It is no weight and no bias, and stays at the base's values.</summary>
    None,
}
