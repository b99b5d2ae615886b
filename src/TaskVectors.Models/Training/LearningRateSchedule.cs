namespace TaskVectors.Models.Training;

/// <summary>How large each step is.</summary>
/// <param name="Peak">The largest learning rate.</param>
/// <param name="WarmUpSteps">Steps over which it grows from 0, in a line; the first step has 0.</param>
/// <param name="TotalSteps">Steps after which it has fallen to 0.</param>
/// <param name="Kind">The shape of the fall.</param>
public sealed record LearningRateSchedule(double Peak, int WarmUpSteps = 0, int TotalSteps = 0, ScheduleKind Kind = ScheduleKind.Constant)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">Counted from 0.</param>
    public double At(int step)
    {
        if (step < WarmUpSteps)
        {
            return Peak * step / WarmUpSteps;
        }

        double progress = Math.Clamp((step - WarmUpSteps) / (double)Math.Max(1, TotalSteps - WarmUpSteps), 0, 1);
        return Kind switch
        {
            ScheduleKind.Cosine => Peak * 0.5 * (1 + Math.Cos(Math.PI * progress)),
            ScheduleKind.Linear => Peak * (1 - progress),
            _ => Peak,
        };
    }
}
