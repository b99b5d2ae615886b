namespace TaskVectors.Cli.Output;

/// <summary>One step of the demo, and what it took.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Command">The command line that does the same.</param>
/// <param name="Bytes">The bytes of the result on disk.</param>
/// <param name="Seconds">The time it took.</param>
/// <param name="PeakBytes">The most memory held meanwhile.</param>
/// <param name="EditNorm">How far the weights moved.</param>
/// <param name="IsVerified">Whether every byte of the result is what its manifest says.</param>
internal sealed record DemoStep(string Name, string Command, long Bytes, double Seconds, long PeakBytes, double EditNorm, bool IsVerified);
