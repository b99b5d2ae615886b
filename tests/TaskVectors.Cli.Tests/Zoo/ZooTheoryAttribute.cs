namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>Tests that need trained checkpoints and are skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ZooTheoryAttribute : TheoryAttribute
{
    public ZooTheoryAttribute() => Skip = ZooFolder.Skip;
}
