using System.Globalization;

namespace TaskVectors.Benchmarks.Engine;

/// <summary>Runs both sides in turn, each in processes of its own, and prints one table.</summary>
internal sealed class Comparison(Settings settings)
{
    // Torch's own threads would spin between its loops and take the cores from those of OpenBLAS: without this it takes up to twice as long.
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    private string[] RunArguments => [.. settings.ThreadArguments, "--runs", settings.Runs.ToString(CultureInfo.InvariantCulture)];

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            Environment.SetEnvironmentVariable(WaitPolicy, "passive");
        }

        Table.Print($"{settings.Threads} threads on each side; medians of {settings.Rounds} processes in turn, of {settings.Runs} runs each; peak RSS of the processes. A ratio above 1 says that ours takes more.");
        Table.Print($"| shape | job | ours ms | torch ms | ours / torch | ours least ms | torch least ms | ours MiB | torch MiB | ours / torch | loss ours | loss torch | ours | torch |");
        Table.Print($"|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
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
            settings.Clean();
        }
    }

    private async Task CompareAsync(string shape, string job, string model, CancellationToken cancellation)
    {
        List<EngineResult> ours = [];
        List<EngineResult> theirs = [];
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
            Table.Print($"| {shape} | {job} | {Median(ours):F1} | | | {Least(ours):F1} | | {Peak(ours):F0} | | | {ours[0].Loss:G7} | | {ours[0].Kernel} | |");
            return;
        }

        Table.Print($"| {shape} | {job} | {Median(ours):F1} | {Median(theirs):F1} | {Median(ours) / Median(theirs):F2} | {Least(ours):F1} | {Least(theirs):F1} | {Peak(ours):F0} | {Peak(theirs):F0} | {Peak(ours) / Peak(theirs):F2} | {ours[0].Loss:G7} | {theirs[0].Loss:G7} | {ours[0].Kernel} | {theirs[0].Kernel} |");
    }

    private Task<EngineResult> OursAsync(string job, string model, CancellationToken cancellation) =>
        SideProcess.OursAsync<EngineResult>([job, model, .. RunArguments, "--linear-algebra", settings.LinearAlgebra.ToString()], cancellation);

    private Task<EngineResult> TheirsAsync(string job, string model, CancellationToken cancellation) =>
        SideProcess.TheirsAsync<EngineResult>(settings.Python, [job, model, .. RunArguments], cancellation);

    /// <summary>The median over processes of each one's median.</summary>
    private static double Median(List<EngineResult> side) => Table.Median([.. side.Select(result => Table.Median(result.Milliseconds))]);

    private static double Least(List<EngineResult> side) => side.Min(result => result.Milliseconds.Min());

    private static double Peak(List<EngineResult> side) => side.Max(result => result.PeakBytes) / 1048576.0;
}
