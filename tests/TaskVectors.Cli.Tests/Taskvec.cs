namespace TaskVectors.Cli.Tests;

/// <summary>Runs the program in this process.</summary>
internal static class Taskvec
{
    public static Task<Outcome> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    public static async Task<Outcome> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error, IsOutputInteractive: false, IsErrorInteractive: false);
        int code = await CommandLine.RunAsync(arguments, terminal, cancellationToken);
        return new Outcome(code, output.ToString(), error.ToString());
    }
}
