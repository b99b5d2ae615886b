using TaskVectors.Merging.Selection;

namespace TaskVectors.Merging.Competition;

/// <summary>What a chunk holds of the scores of one task.</summary>
/// <param name="task">The index of the task.</param>
/// <param name="largest">A score that is already known.</param>
internal sealed class TaskScores(int task, double largest)
{
    /// <summary>The index of the task.</summary>
    public int Task => task;

    /// <summary>The number of scores.</summary>
    public long Observed { get; set; }

    /// <summary>How many lie above the window.</summary>
    public long Above { get; set; }

    /// <summary>How many lie within it.</summary>
    public long Within { get; set; }

    /// <summary>The largest.</summary>
    public double Largest { get; set; } = largest;

    /// <summary>Those within.</summary>
    public PooledList<double> Listed { get; } = new();

    /// <summary>How many of each block lie above.</summary>
    public List<int> Counts { get; } = [];
}
