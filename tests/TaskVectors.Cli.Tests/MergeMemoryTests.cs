using System.Diagnostics;
using System.Globalization;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>The memory of methods that are not matrix methods does not grow with the model: measured on the program as a process of its own.</summary>
public sealed class MergeMemoryTests : IDisposable
{
    private const int Elements = 20_000_000;
    private const long MiB = 1 << 20;

    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    /// <summary>
    /// One tensor of 20 M elements in BF16; three models of it in F64 would take 460 MiB. Allowed are the budget and 100 MiB for the runtime, which
    /// compiles as it goes.
    /// </summary>
    [Theory]
    [InlineData("magmax")]
    [InlineData("ties", "density=0.2")]
    [InlineData("ties", "density=0.2", "variant=paper")]
    [InlineData("breadcrumbs", "density=0.5")]
    [InlineData("emr", "task=1")]
    public async Task The_peak_is_the_budget_and_the_runtime(string method, params string[] settings)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        const long Budget = 128;
        string[] models = [.. Enumerable.Range(0, 4).Select(AddModel)];
        string[] arguments =
        [
            "merge", "--method", method, "--base", models[0], .. models[1..], .. settings.SelectMany(setting => new[] { "--set", setting }),
            "-o", _place.PathOf("out.safetensors"), "--memory", $"{Budget}MiB", "--threads", "2", "--no-flush", "--quiet",
        ];
        long peak = await PeakAsync(arguments);
        Assert.InRange(peak, 1, (Budget + 100) * MiB);
    }

    private static async Task<long> PeakAsync(string[] arguments)
    {
        using Process process = ProgramProcess.Start(arguments);
        Task<Outcome> finished = ProgramProcess.FinishAsync(process);
        long peak = 0;
        while (!finished.IsCompleted)
        {
            peak = Math.Max(peak, HighWaterMark(process.Id));
            await Task.Delay(5);
        }

        Outcome outcome = await finished;
        Assert.True(outcome.Code == 0, outcome.Error);
        return peak;
    }

    private static long HighWaterMark(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    private string AddModel(int index)
    {
        string path = _place.PathOf($"model{index}.safetensors");
        byte[] bytes = new byte[2 * Elements];
        new Random(index + 1).NextBytes(bytes);
        for (int element = 0; element < Elements; element++)
        {
            // Exponents of numbers between 2^-15 and 2.
            bytes[(2 * element) + 1] = (byte)((bytes[(2 * element) + 1] & 0x87) | 0x38);
        }

        SafetensorsFile.Write(path, [(new TensorInfo("layer.weight", DType.BF16, new TensorShape(Elements / 2_000, 2_000)), (ReadOnlyMemory<byte>)bytes)]);
        return path;
    }
}
