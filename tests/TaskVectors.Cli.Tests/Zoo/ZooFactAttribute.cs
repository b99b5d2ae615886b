namespace TaskVectors.Cli.Tests.Zoo;

/// <summary>A test that needs trained checkpoints and is skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ZooFactAttribute : FactAttribute
{
    public ZooFactAttribute() => Skip = ZooFolder.Skip;
}
