namespace TaskVectors.Merging.Trimming;

/// <summary>Which program's TIES.</summary>
internal enum TiesVariant
{
    /// <summary>Tensor by tensor; weights count in the election and in the divisor.</summary>
    Mergekit,

    /// <summary>Over the whole vector; one vote a model, a plain mean of those that agree.</summary>
    Paper,

    /// <summary>Tensor by tensor; one vote a model, weighted values divided by the number of those that agree.</summary>
    Peft,
}
