namespace TaskVectors.Merging.Knots;

/// <summary>How entries of several tasks become one.</summary>
internal enum KnotsAggregate
{
    /// <summary>Their mean over the tasks that have the entry.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
