namespace TaskVectors.Cli;

/// <summary>The command line itself makes no sense.</summary>
internal sealed class UsageException(string message) : TaskVectorsException(message)
{
    public override string Kind => "usage";

    public override ErrorCategory Category => ErrorCategory.Usage;
}
