using System.Diagnostics;
using System.Globalization;
using TaskVectors.LinearAlgebra;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>Runs both sides in turn, each in processes of its own, and prints one table.</summary>
internal sealed class Comparison(Settings settings)
{
    // A release of OpenBLAS may choose differently from us: both sides get the kernel that ours asks for, unless the caller names one.
    private const string CoreType = "OPENBLAS_CORETYPE";

    // Torch's own threads would spin between its loops and take the cores from those of OpenBLAS: without this it takes up to twice as long.
    private const string WaitPolicy = "OMP_WAIT_POLICY";
    private static readonly string? Kernel = LinearAlgebraProvider.Create() is { Name: "openblas" } algebra ? algebra.Kernel : null;

    public async Task RunAsync(CancellationToken cancellation)
    {
        Print($"{settings.Threads} threads on each side; medians of {settings.Rounds} processes in turn, of {settings.Runs} runs each; peak RSS of the processes. A ratio above 1 says that ours takes more.");
        Print($"| shape | job | ours ms | torch ms | ours / torch | ours least ms | torch least ms | ours MiB | torch MiB | ours / torch | loss ours | loss torch | ours | torch |");
        Print($"|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        try
        {
            foreach (Shape shape in settings.Shapes)
            {
                string model = Path.Combine(settings.Folder, shape.Name);
                SyntheticModel.Write(model, shape);
                foreach (string job in settings.Jobs)
                {
                    await CompareAsync(shape.Name, job, model, cancellation);
                }
            }
        }
        finally
        {
            if (!settings.Keep && Directory.Exists(settings.Folder))
            {
                Directory.Delete(settings.Folder, recursive: true);
            }
        }
    }

    private async Task CompareAsync(string shape, string job, string model, CancellationToken cancellation)
    {
        List<SideResult> ours = [];
        List<SideResult> theirs = [];
        for (int round = 0; round < settings.Rounds; round++)
        {
            ours.Add(await OursAsync(job, model, cancellation));
            if (settings.Python.Length > 0)
            {
                theirs.Add(await TheirsAsync(job, model, cancellation));
            }
        }

        if (theirs.Count == 0)
        {
            Print($"| {shape} | {job} | {Median(ours):F1} | | | {Least(ours):F1} | | {Peak(ours):F0} | | | {ours[0].Loss:G7} | | {ours[0].Kernel} | |");
            return;
        }

        Print($"| {shape} | {job} | {Median(ours):F1} | {Median(theirs):F1} | {Median(ours) / Median(theirs):F2} | {Least(ours):F1} | {Least(theirs):F1} | {Peak(ours):F0} | {Peak(theirs):F0} | {Peak(ours) / Peak(theirs):F2} | {ours[0].Loss:G7} | {theirs[0].Loss:G7} | {ours[0].Kernel} | {theirs[0].Kernel} |");
    }

    private Task<SideResult> OursAsync(string job, string model, CancellationToken cancellation)
    {
        IEnumerable<string> host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Comparison).Assembly.Location] : [];
        return RunAsync(Environment.ProcessPath!, [.. host, "worker", job, model, .. Common(), "--linear-algebra", settings.LinearAlgebra.ToString()], cancellation);
    }

    private Task<SideResult> TheirsAsync(string job, string model, CancellationToken cancellation) =>
        RunAsync(settings.Python, [Path.Combine(AppContext.BaseDirectory, "reference.py"), job, model, .. Common()], cancellation);

    private string[] Common() =>
        ["--threads", settings.Threads.ToString(CultureInfo.InvariantCulture), "--runs", settings.Runs.ToString(CultureInfo.InvariantCulture)];

    private static async Task<SideResult> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true };
        if (Kernel is not null)
        {
            _ = start.Environment.TryAdd(CoreType, Kernel);
        }

        _ = start.Environment.TryAdd(WaitPolicy, "passive");

        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? SideResult.Parse(output) : throw new InvalidOperationException($"{file} failed with exit code {process.ExitCode}.");
    }

    /// <summary>The median over processes of each one's median.</summary>
    private static double Median(List<SideResult> side) => Middle([.. side.Select(result => Middle(result.Milliseconds))]);

    private static double Middle(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double Least(List<SideResult> side) => side.Min(result => result.Milliseconds.Min());

    private static double Peak(List<SideResult> side) => side.Max(result => result.PeakBytes) / 1048576.0;

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
