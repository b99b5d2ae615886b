namespace TaskVectors.Models.Training;

/// <summary>Which optimiser trains.</summary>
public enum OptimizerKind
{
    /// <summary><see cref="AdamOptimizer"/> with decoupled weight decay.</summary>
    AdamW,

    /// <summary><see cref="SgdOptimizer"/>.</summary>
    Sgd,
}
