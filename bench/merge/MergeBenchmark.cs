using System.Diagnostics;
using System.Globalization;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Merge;

/// <summary>Times edits and copies in turn and prints a table of medians.</summary>
internal sealed class MergeBenchmark(Settings settings)
{
    private readonly CopyTimer _copies = new(settings);

    private string OutputFolder => _copies.OutputFolder;

    public async Task RunAsync(CancellationToken cancellation)
    {
        Table.Print($"models of {ByteSize.Format(settings.ModelBytes)}, memory {settings.Memory >> 20} MiB, {settings.Threads} threads, medians of {settings.Runs} runs in turn with cp, {(settings.Flush ? "both forced to the disk" : "neither forced to the disk")}");
        Console.WriteLine("| cache | dtype | inputs | bytes moved | edit s | cp s | edit / cp | peak RSS MiB |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (DType dtype in settings.DTypes)
        {
            string[] models = Prepare(dtype);
            foreach (int count in settings.Inputs)
            {
                await CompareAsync(dtype, models[..count], isCold: false, cancellation);
                if (settings.Cold)
                {
                    await CompareAsync(dtype, models[..count], isCold: true, cancellation);
                }
            }

            CopyTimer.Clean(Path.Combine(settings.Folder, dtype.Name()), settings.Keep);
        }

        settings.Clean();
    }

    private string[] Prepare(DType dtype)
    {
        string folder = Path.Combine(settings.Folder, dtype.Name());
        _ = Directory.CreateDirectory(folder);
        string[] models = [.. Enumerable.Range(0, settings.Inputs.Max()).Select(index => Path.Combine(folder, $"model{index}"))];
        for (int index = 0; index < models.Length; index++)
        {
            SyntheticModel.Write(models[index], settings.ModelBytes, dtype, seed: index + 1);
        }

        _copies.Prepare(folder, models.Length + 1);
        return models;
    }

    private async Task CompareAsync(DType dtype, string[] models, bool isCold, CancellationToken cancellation)
    {
        var edits = new List<double>();
        var copies = new List<double>();
        long peak = 0;
        for (int run = 0; run <= settings.Runs; run++)
        {
            Ready(isCold);
            (double edit, long memory) = await TimedProgram.RunAsync(settings.Program, EditArguments(models), cancellation);
            Ready(isCold);
            double copy = await _copies.TimeAsync(models.Length + 1, cancellation);
            if (run > 0)
            {
                edits.Add(edit);
                copies.Add(copy);
                peak = Math.Max(peak, memory);
            }
        }

        CopyTimer.Clean(OutputFolder, keep: false);
        double ratio = Table.Median([.. edits.Zip(copies, (edit, copy) => edit / copy)]);
        Table.Print($"| {(isCold ? "cold" : "warm")} | {dtype.Name()} | {models.Length} | {ByteSize.Format(settings.ModelBytes * (models.Length + 1))} | {Table.Median(edits):F2} | {Table.Median(copies):F2} | {ratio:F2} | {peak >> 20} |");
    }

    // The task vectors of all models but the first, added to the first.
    private IEnumerable<string> EditArguments(string[] models)
    {
        string expression = "m0" + string.Concat(Enumerable.Range(1, models.Length - 1).Select(index => $" + 0.3*(m{index} - m0)"));
        return
        [
            "edit", expression, .. models.SelectMany((model, index) => new[] { "--model", $"m{index}={model}" }), "-o", OutputFolder,
            "--memory", settings.Memory.ToString(CultureInfo.InvariantCulture), "--threads", settings.Threads.ToString(CultureInfo.InvariantCulture), "--quiet",
            .. settings.Flush ? [] : new[] { "--no-flush" },
        ];
    }

    private void Ready(bool isCold)
    {
        CopyTimer.Clean(OutputFolder, keep: false);
        if (isCold)
        {
            using Process sync = Process.Start("sync");
            sync.WaitForExit();
            File.WriteAllText("/proc/sys/vm/drop_caches", "3\n");
        }
    }
}
