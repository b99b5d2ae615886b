namespace TaskVectors.Models.Operations;

/// <summary>How a loss is made of its terms.</summary>
public enum Reduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The terms themselves.</summary>
    None,
}
