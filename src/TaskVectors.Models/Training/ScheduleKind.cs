namespace TaskVectors.Models.Training;

/// <summary>How the learning rate falls after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>In a line to 0.</summary>
    Linear,

    /// <summary>As half a cosine to 0 (Loshchilov and Hutter, "SGDR", 2017, without restarts).</summary>
    Cosine,
}
