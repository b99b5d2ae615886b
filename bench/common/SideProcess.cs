using System.Diagnostics;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks;

/// <summary>One run of one side, in a process of its own.</summary>
internal static class SideProcess
{
    // A release of OpenBLAS may choose differently from us: both sides get the kernel that ours asks for, unless the caller names one.
    private const string CoreType = "OPENBLAS_CORETYPE";
    private static readonly string? Kernel = LinearAlgebraProvider.Create() is { Name: "openblas" } algebra ? algebra.Kernel : null;

    /// <summary>Runs this program's own worker.</summary>
    public static Task<TResult> OursAsync<TResult>(IEnumerable<string> arguments, CancellationToken cancellation)
        where TResult : SideResult
    {
        IEnumerable<string> host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SideProcess).Assembly.Location] : [];
        return RunAsync<TResult>(Environment.ProcessPath!, [.. host, "worker", .. arguments], cancellation);
    }

    /// <summary>Runs the reference beside this program.</summary>
    public static Task<TResult> TheirsAsync<TResult>(string python, IEnumerable<string> arguments, CancellationToken cancellation)
        where TResult : SideResult => RunAsync<TResult>(python, [Path.Combine(AppContext.BaseDirectory, "reference.py"), .. arguments], cancellation);

    private static async Task<TResult> RunAsync<TResult>(string file, IEnumerable<string> arguments, CancellationToken cancellation)
        where TResult : SideResult
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true };
        if (Kernel is not null)
        {
            _ = start.Environment.TryAdd(CoreType, Kernel);
        }

        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? SideResult.Parse<TResult>(output) : throw new InvalidOperationException($"{file} failed with exit code {process.ExitCode}.");
    }
}
