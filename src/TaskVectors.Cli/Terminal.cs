using System.Text;

namespace TaskVectors.Cli;

/// <summary>Where a command writes, and whether a person watches.</summary>
/// <param name="Output">Standard output: results.</param>
/// <param name="Error">Standard error: progress and messages.</param>
/// <param name="IsOutputInteractive">Whether <paramref name="Output"/> is a terminal.</param>
/// <param name="IsErrorInteractive">Whether <paramref name="Error"/> is a terminal.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error, bool IsOutputInteractive, bool IsErrorInteractive)
{
    /// <summary>The terminal of this process; text is UTF-8 whatever the locale.</summary>
    public static Terminal OfProcess() => new(
        Open(Console.OpenStandardOutput()), Open(Console.OpenStandardError()), !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    private static StreamWriter Open(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
}
