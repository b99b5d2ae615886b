using System.Globalization;
using TaskVectors.Merging;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Tensors;

namespace TaskVectors.Benchmarks.Merge;

/// <summary>Times merges by each method against cp of the same number of bytes, in turn, and prints a table of medians.</summary>
internal sealed class MethodBenchmark(Settings settings)
{
    private const long TinyBytes = 64 << 10;

    // Decompositions take minutes where sums take a second, and a copy of the bytes says nothing of them: their models are small and no copy is timed.
    private const long MatrixModelBytes = 4 << 20;
    private const long MatrixMemory = 2L << 30;

    // What recipes usually say, and variants that work in another way; all else is default.
    private static readonly (string Name, string[] Given)[] Usual =
    [
        ("breadcrumbs", ["density=0.9", "gamma=0.01"]),
        ("breadcrumbs", ["density=0.9", "gamma=0.01", "variant=paper"]),
        ("breadcrumbs_ties", ["density=0.9", "gamma=0.01"]),
        ("consensus", []),
        ("consensus", ["vector=ties"]),
        ("dare_linear", ["density=0.5"]),
        ("dare_ties", ["density=0.5"]),
        ("della", ["density=0.5"]),
        ("della_linear", ["density=0.5"]),
        ("emr", []),
        ("emr", ["task=1"]),
        ("linear", ["weight=1"]),
        ("multislerp", ["weight=1"]),
        ("nearswap", ["t=0.001"]),
        ("nuslerp", ["weight=0.5"]),
        ("nuslerp", ["weight=0.5", "nuslerp_flatten=false"]),
        ("nuslerp", ["weight=0.5", "nuslerp_flatten=false", "nuslerp_row_wise=true"]),
        ("sce", ["select_topk=0.2"]),
        ("slerp", ["t=0.5"]),
        ("ties", ["density=0.2"]),
        ("ties", ["density=0.2", "variant=paper"]),
        ("truncate", ["rank=64"]),
        ("tsvc", ["rank_fraction=0.25"]),
    ];

    private readonly CopyTimer _copies = new(settings);

    /// <summary>Times some methods; all whose kernels work in tiles when none is named. Those that need whole matrices are given smaller models.</summary>
    public async Task RunAsync(IReadOnlyList<string> methods, CancellationToken cancellation)
    {
        DType dtype = settings.DTypes[0];
        string folder = Path.Combine(settings.Folder, dtype.Name());
        string[] models = Prepare(folder, "model", settings.ModelBytes, dtype);
        string[] tiny = Prepare(folder, "tiny", TinyBytes, dtype);
        _copies.Prepare(folder, (2 * (settings.Tasks + 1)) + 1);
        (string Name, string[] Given)[] chosen = [.. Choose(methods)];
        Table.Print($"base and models of {ByteSize.Format(settings.ModelBytes)} of {dtype.Name()}, memory {settings.Memory >> 20} MiB, medians of {settings.Runs} runs in turn with cp; ns with the start of the program taken off");
        if (chosen.Any(choice => !WorksInTiles(choice)))
        {
            Table.Print($"methods marked * decompose whole matrices, which would take hours: their models are of {ByteSize.Format(MatrixModelBytes)}, their memory is {MatrixMemory >> 20} MiB, and no copy is timed");
        }

        Console.WriteLine("| method | settings | models read | merge s | cp s | merge / cp | ns a parameter, 1 thread | 2 threads | peak RSS |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach ((string Name, string[] Given) choice in chosen)
        {
            string[] read = WorksInTiles(choice) ? models : Prepare(folder, "matrix", MatrixModelBytes, dtype);
            await CompareAsync(MergeMethods.Find(choice.Name), choice.Given, read, tiny, cancellation);
        }

        if (methods.Count == 0)
        {
            Console.WriteLine();
            Console.WriteLine($"left out: {string.Join(", ", MergeMethods.All.Where(NeedsStatistics).Select(method => method.Name))}, which need statistics of real models; {string.Join(", ", Decompositions())}, which decompose whole matrices (name them to run them on small models)");
        }

        settings.Clean();
    }

    private static bool NeedsStatistics(IMergeMethod method) => method.Statistics is not null;

    private IEnumerable<string> Decompositions() =>
        MergeMethods.All.Where(method => !NeedsStatistics(method) && !UsualOf(method.Name).Any(WorksInTiles)).Select(method => method.Name);

    private async Task CompareAsync(IMergeMethod method, string[] given, string[] models, string[] tiny, CancellationToken cancellation)
    {
        bool isTiled = KernelOf(method, given) is TileKernel;
        int count = Math.Min(settings.Tasks, method.MaximumVectors ?? settings.Tasks) + 1 - (method.Base == BaseRole.First && method.MaximumVectors is not null ? 1 : 0);
        var one = new List<double>();
        var two = new List<double>();
        var copies = new List<double>();
        var starts = new List<double>();
        long peak = 0;
        for (int run = 0; run <= settings.Runs; run++)
        {
            (double start, _) = await MergeAsync(method, given, tiny[..count], 1, cancellation);
            (double single, _) = await MergeAsync(method, given, models[..count], 1, cancellation);
            (double merge, long memory) = await MergeAsync(method, given, models[..count], 2, cancellation);
            double copy = isTiled ? await _copies.TimeAsync(HalvesMoved(method, given, count), cancellation) : double.NaN;
            if (run > 0)
            {
                one.Add(single - start);
                two.Add(merge);
                copies.Add(copy);
                starts.Add(start);
                peak = Math.Max(peak, memory);
            }
        }

        double parameters = (isTiled ? settings.ModelBytes : MatrixModelBytes) * 8.0 / settings.DTypes[0].BitSize();
        double onTwo = Table.Median([.. two.Zip(starts, (merge, start) => merge - start)]);
        string copied = isTiled
            ? string.Create(CultureInfo.InvariantCulture, $"{Table.Median(copies):F2} | {Table.Median([.. two.Zip(copies, (merge, copy) => merge / copy)]):F1}")
            : "- | -";
        Table.Print($"| {method.Name}{(isTiled ? "" : " *")} | {string.Join(' ', given)} | {count} | {Table.Median(two):F2} | {copied} | {Table.Median(one) / parameters * 1e9:F1} | {onTwo / parameters * 1e9:F1} | {peak >> 20} MiB |");
    }

    // A merge moves what it reads and what it writes, a copy each of its bytes twice; methods that need statistics read twice.
    private int HalvesMoved(IMergeMethod method, string[] given, int models) => (models * (KernelOf(method, given) is StatisticKernel ? 2 : 1)) + 1;

    private async Task<(double Seconds, long PeakBytes)> MergeAsync(IMergeMethod method, string[] given, string[] models, int threads, CancellationToken cancellation)
    {
        CopyTimer.Clean(_copies.OutputFolder, keep: false);
        string[] arguments =
        [
            "merge", "--method", method.Name, "--base", $"m0={models[0]}", .. models.Skip(1).Select((model, index) => $"m{index + 1}={model}"),
            .. WithTask(method, given).SelectMany(setting => new[] { "--set", setting }),
            "-o", _copies.OutputFolder, "--force", "--memory", (KernelOf(method, given) is TileKernel ? settings.Memory : MatrixMemory).ToString(CultureInfo.InvariantCulture), "--threads", threads.ToString(CultureInfo.InvariantCulture), "--quiet",
            .. settings.Flush ? [] : new[] { "--no-flush" },
        ];
        return await TimedProgram.RunAsync(settings.Program, arguments, cancellation);
    }

    private IEnumerable<(string Name, string[] Given)> Choose(IReadOnlyList<string> methods)
    {
        foreach (string text in methods)
        {
            string[] parts = text.Split(':', 2);
            if (NeedsStatistics(MergeMethods.Find(parts[0])))
            {
                throw new ArgumentException($"The method {parts[0]} needs statistics of every model, which random models have not; time it by 'taskvec merge' on real ones.");
            }

            yield return (parts[0], parts.Length > 1 ? parts[1].Split(',') : UsualOf(parts[0])[0].Given);
        }

        foreach ((string Name, string[] Given) choice in MergeMethods.All.Where(method => !NeedsStatistics(method)).SelectMany(method => UsualOf(method.Name)).Where(choice => methods.Count == 0 && WorksInTiles(choice)))
        {
            yield return choice;
        }
    }

    private static (string Name, string[] Given)[] UsualOf(string method) =>
        Usual.Where(choice => choice.Name == method).ToArray() is { Length: > 0 } known ? known : [(method, [])];

    private bool WorksInTiles((string Name, string[] Given) choice) => KernelOf(MergeMethods.Find(choice.Name), choice.Given) is TileKernel;

    private MergeKernel KernelOf(IMergeMethod method, string[] given)
    {
        MergeSetting[] bound = [.. WithTask(method, given).Select(setting => new MergeSetting(setting.Split('=')[0], setting.Split('=')[1]))];
        var arguments = MergeArguments.Bind(method, Math.Min(settings.Tasks, method.MaximumVectors ?? settings.Tasks), bound, out IReadOnlyList<MergeException> errors);
        return errors.Count == 0 ? method.CreateKernel(arguments) : throw errors[0];
    }

    private static IEnumerable<string> WithTask(IMergeMethod method, string[] given) =>
        method.TaskParameter is { } task && !given.Any(setting => setting.StartsWith(task.Name + "=", StringComparison.Ordinal)) ? [.. given, $"{task.Name}=0"] : given;

    private string[] Prepare(string folder, string name, long bytes, DType dtype)
    {
        _ = Directory.CreateDirectory(folder);
        string[] models = [.. Enumerable.Range(0, settings.Tasks + 1).Select(index => Path.Combine(folder, $"{name}{index}"))];
        for (int index = 0; index < models.Length; index++)
        {
            SyntheticModel.Write(models[index], bytes, dtype, seed: index + 1);
        }

        return models;
    }
}
