namespace TaskVectors.Decomposition;

/// <summary>
/// What becomes of tensors that are not decomposed: vectors (biases, norms), which have no column space, and matrices that the filter
/// leaves out (embeddings, heads).
/// </summary>
public enum VectorPolicy
{
    /// <summary>They are unique, entirely. The sum of the parts is the task vector. For merging.</summary>
    Unique,

    /// <summary>
    /// Of vectors the mean over the tasks is shared, and the rest unique; matrices that are left out are unique. The sum of the parts is
    /// the task vector; the parts are not orthogonal in these tensors.
    /// </summary>
    Mean,

    /// <summary>
    /// They are in neither part, so that an edit with a part leaves them alone. For negation: biases, norms and embeddings carry general
    /// ability.
    /// </summary>
    Drop,
}
