namespace TaskVectors.Decomposition;

/// <summary>Which spaces of W_i (d_out x d_in) are compared.</summary>
public enum DecompositionSides
{
    /// <summary>The column space, that of outputs: shared_i = Z Z^T W_i.</summary>
    Column,

    /// <summary>The row space, that of inputs: shared_i = W_i Y Y^T.</summary>
    Row,

    /// <summary>Both: shared_i = Z Z^T W_i Y Y^T.</summary>
    Both,
}
