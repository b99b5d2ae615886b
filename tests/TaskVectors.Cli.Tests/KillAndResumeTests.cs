using System.Diagnostics;
using System.Runtime.InteropServices;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Tests;

/// <summary>
/// Kills the program without warning at random moments of an edit and goes on with --resume. Ten times here; the environment variable
/// TASKVECTORS_KILL_ROUNDS asks for more.
/// </summary>
public sealed class KillAndResumeTests : IDisposable
{
    private const int Tensors = 24;
    private const int Elements = 700_001;

    private readonly string _folder = Directory.CreateTempSubdirectory("taskvec-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_killed_edit_that_is_resumed_gives_the_bytes_of_an_undisturbed_one()
    {
        WriteModel("base", 1);
        WriteModel("first", 2);
        WriteModel("second", 3);
        var clock = Stopwatch.StartNew();
        Outcome undisturbed = await ProgramProcess.RunAsync(Edit("undisturbed"));
        TimeSpan whole = clock.Elapsed;
        Assert.Equal(0, undisturbed.Code);

        int rounds = int.TryParse(Environment.GetEnvironmentVariable("TASKVECTORS_KILL_ROUNDS"), out int asked) ? asked : 10;
        var random = new Random(rounds);
        int interrupted = 0;
        for (int round = 0; round < rounds; round++)
        {
            string output = $"killed-{round}";
            bool exists = await KillAsync(output, whole * random.NextDouble());
            if (!exists)
            {
                bool isPartial = Directory.Exists(PathOf(output + ".partial"));
                interrupted += isPartial ? 1 : 0;
                Outcome resumed = await ProgramProcess.RunAsync([.. Edit(output), .. isPartial ? ["--resume"] : Array.Empty<string>()]);
                Assert.True(resumed.Code == 0, resumed.Error);
            }

            RequireSame(output);
        }

        Assert.True(interrupted > 0, "No kill fell into the run; the edit is too short for this machine.");
    }

    [Fact]
    public async Task A_killed_decomposition_into_adapters_goes_on_to_the_bytes_of_an_undisturbed_one()
    {
        string[] models = ["base", "first", "second"];
        foreach ((int seed, string name) in models.Index())
        {
            WriteMatrices(name, seed);
        }

        string[] Decompose(string output) =>
        [
            "decompose", "--base", PathOf("base"), $"first={PathOf("first")}", $"second={PathOf("second")}", "--low-rank", "--unique-rank", "rank:4",
            "--vectors", "drop", "--cut", "0.3", "--threads", "1", "--quiet", "-o", PathOf(output),
        ];
        Assert.Equal(0, (await ProgramProcess.RunAsync(Decompose("whole"))).Code);
        int interrupted = 0;
        foreach (int length in new[] { 1, 1_000, 4_000, 9_000 })
        {
            string output = $"killed-{length}";
            using (Process process = ProgramProcess.Start(Decompose(output)))
            {
                while (JournalLength(output) < length && !process.HasExited)
                {
                    await Task.Delay(1);
                }

                process.Kill();
                await process.WaitForExitAsync();
            }

            if (!Directory.Exists(PathOf(output)))
            {
                interrupted++;
                Outcome resumed = await ProgramProcess.RunAsync([.. Decompose(output), "--resume"]);
                Assert.True(resumed.Code == 0, resumed.Error);
            }

            Assert.False(Directory.Exists(PathOf(output + ".partial")));
            string[] files = [.. Directory.EnumerateFiles(PathOf("whole"), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(PathOf("whole"), path)).Order(StringComparer.Ordinal)];
            Assert.Equal(10, files.Length);
            Assert.Equal(files, Directory.EnumerateFiles(PathOf(output), "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(PathOf(output), path)).Order(StringComparer.Ordinal));
            Assert.All(files.Where(file => !file.EndsWith("manifest.json", StringComparison.Ordinal)), file =>
                Assert.Equal(File.ReadAllBytes(Path.Combine(PathOf("whole"), file)), File.ReadAllBytes(Path.Combine(PathOf(output), file))));
            Assert.Equal(0, (await ProgramProcess.RunAsync("verify", PathOf(output))).Code);
        }

        Assert.True(interrupted > 0, "Every kill came too late; the decomposition is too short for this machine.");
    }

    // The journal is locked against reading while it is written; it grows by some 1,300 bytes with every tensor.
    private long JournalLength(string output)
    {
        try
        {
            return Directory.EnumerateFiles(PathOf(output + ".partial"), "*journal*").Select(path => new FileInfo(path).Length).SingleOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void WriteMatrices(string name, int seed)
    {
        var random = new Random(seed);
        var tensors = new List<(TensorInfo, ReadOnlyMemory<byte>)>();
        for (int tensor = 0; tensor < Tensors; tensor++)
        {
            float[] values = [.. Enumerable.Range(0, 200 * 160).Select(_ => random.NextSingle())];
            tensors.Add((new TensorInfo($"layers.{tensor}.weight", DType.F32, new TensorShape(200, 160)), MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        }

        _ = Directory.CreateDirectory(PathOf(name));
        SafetensorsFile.Write(Path.Combine(PathOf(name), "model.safetensors"), tensors);
    }

    [Fact]
    public async Task An_interrupt_ends_with_130_and_says_how_to_go_on()
    {
        WriteModel("base", 1);
        WriteModel("first", 2);
        WriteModel("second", 3);
        using Process process = ProgramProcess.Start(Edit("interrupted"));
        while (!Directory.Exists(PathOf("interrupted.partial")) && !process.HasExited)
        {
            await Task.Delay(1);
        }

        _ = Kill(process.Id, signal: 2);
        Outcome outcome = await ProgramProcess.FinishAsync(process);
        if (outcome.Code != 0)
        {
            Assert.Equal(130, outcome.Code);
            Assert.Contains("--resume", outcome.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(PathOf("interrupted")));
            Assert.Equal(0, (await ProgramProcess.RunAsync([.. Edit("interrupted"), "--resume"])).Code);
        }

        Outcome verified = await ProgramProcess.RunAsync("verify", PathOf("interrupted"));
        Assert.True(verified.Code == 0, verified.Error);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string[] Edit(string output) =>
    [
        "edit", "base + 0.4*(first - base) - 0.7*(second - base)", "--model", $"base={PathOf("base")}", "--model", $"first={PathOf("first")}",
        "--model", $"second={PathOf("second")}", "--shard-size", "8MB", "--quiet", "-o", PathOf(output),
    ];

    private async Task<bool> KillAsync(string output, TimeSpan after)
    {
        using Process process = ProgramProcess.Start(Edit(output));
        await Task.Delay(after);
        process.Kill();
        await process.WaitForExitAsync();
        return Directory.Exists(PathOf(output));
    }

    private void RequireSame(string output)
    {
        string[] files = [.. Directory.EnumerateFiles(PathOf("undisturbed"), "*.safetensors*").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 2);
        foreach (string file in files)
        {
            byte[] expected = File.ReadAllBytes(Path.Combine(PathOf("undisturbed"), file));
            byte[] actual = File.ReadAllBytes(Path.Combine(PathOf(output), file));
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{output}/{file} differs");
        }
    }

    private void WriteModel(string name, int seed)
    {
        _ = Directory.CreateDirectory(PathOf(name));
        var random = new Random(seed);
        var tensors = new List<(TensorInfo, ReadOnlyMemory<byte>)>();
        for (int tensor = 0; tensor < Tensors; tensor++)
        {
            ushort[] values = [.. Enumerable.Range(0, Elements).Select(_ => (ushort)((random.Next() & 0x807F) | (random.Next(0x78, 0x7F) << 7)))];
            tensors.Add((new TensorInfo($"layers.{tensor}.weight", DType.BF16, new TensorShape(Elements)), MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));
        }

        SafetensorsFile.Write(Path.Combine(PathOf(name), "model.safetensors"), tensors);
    }
}
