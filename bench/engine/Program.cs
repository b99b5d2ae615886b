using System.CommandLine;
using TaskVectors.Benchmarks.Engine;
using TaskVectors.LinearAlgebra;

Option<string> folder = new("--folder") { Description = "Where random checkpoints lie; removed afterwards.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "taskvectors-bench-engine") };
Option<string[]> only = new("--only") { Description = "The shapes to run; all when absent.", DefaultValueFactory = _ => [.. Shapes.All.Select(shape => shape.Name)], AllowMultipleArgumentsPerToken = true };
Option<string[]> jobs = new("--jobs") { Description = "What is timed: inference, step (forward, backward and AdamW).", DefaultValueFactory = _ => ["inference", "step"], AllowMultipleArgumentsPerToken = true };
Option<int> rounds = new("--rounds") { Description = "Processes of each side, in turn with the other side's.", DefaultValueFactory = _ => 3 };
Option<int> runs = new("--runs") { Description = "Counted runs in each process, at least; short ones are repeated for a second, after some that are not counted.", DefaultValueFactory = _ => 7 };
Option<int> threads = new("--threads") { Description = "The threads of each side.", DefaultValueFactory = _ => Environment.ProcessorCount };
Option<LinearAlgebraChoice> choice = new("--linear-algebra") { Description = "Our implementation of matrix products.", DefaultValueFactory = _ => LinearAlgebraChoice.Auto };
Option<string> python = new("--python") { Description = "A Python with torch; the empty text leaves torch out.", DefaultValueFactory = _ => "/usr/bin/python3" };
Option<bool> keep = new("--keep") { Description = "Keep the checkpoints for the next call." };
jobs.AcceptOnlyFromAmong("inference", "step");

RootCommand root = new("Times inference and training steps of models with random weights against plain torch on the same cores, the same files and the same matrix kernel, in turn, each side in processes of its own.")
{
    folder, only, jobs, rounds, runs, threads, choice, python, keep,
};
root.SetAction((parsed, cancellation) => new Comparison(new Settings
{
    Folder = Path.GetFullPath(parsed.GetRequiredValue(folder)),
    Shapes = [.. Shapes.All.Where(shape => parsed.GetRequiredValue(only).Contains(shape.Name))],
    Jobs = parsed.GetRequiredValue(jobs),
    Rounds = parsed.GetRequiredValue(rounds),
    Runs = parsed.GetRequiredValue(runs),
    Threads = parsed.GetRequiredValue(threads),
    LinearAlgebra = parsed.GetRequiredValue(choice),
    Python = parsed.GetRequiredValue(python),
    Keep = parsed.GetValue(keep),
}).RunAsync(cancellation));

Command worker = new("worker", "Runs our side once.") { Hidden = true };
Argument<string> job = new("job");
Argument<string> model = new("model");
worker.Add(job);
worker.Add(model);
foreach (Option option in new Option[] { runs, threads, choice })
{
    worker.Add(option);
}

worker.SetAction(parsed =>
{
    var side = new Worker(parsed.GetRequiredValue(choice), parsed.GetRequiredValue(threads), parsed.GetRequiredValue(runs));
    Console.WriteLine(side.Run(parsed.GetRequiredValue(job), parsed.GetRequiredValue(model)));
});
root.Add(worker);

Command epoch = new("epoch", "Times one epoch of the small vision transformer with random pictures, all that training does included.");
Option<int> pictures = new("--pictures") { Description = "How many.", DefaultValueFactory = _ => 60000 };
epoch.Add(pictures);
foreach (Option option in new Option[] { folder, threads, choice })
{
    epoch.Add(option);
}

epoch.SetAction(parsed => EpochBenchmark.Run(
    Path.GetFullPath(parsed.GetRequiredValue(folder)), parsed.GetRequiredValue(pictures), parsed.GetRequiredValue(threads), parsed.GetRequiredValue(choice)));
root.Add(epoch);

Command storage = new("storage", "Measures a Llama of 1.1 billion random BF16 weights: as stored, or with --widen as F32. Call it with --write first: the checkpoint (2.2 GB) stays in the folder.");
Option<bool> widen = new("--widen") { Description = "Widen the weights when they are loaded." };
Option<bool> onlyWrite = new("--write") { Description = "Only write the checkpoint." };
storage.Add(widen);
storage.Add(onlyWrite);
foreach (Option option in new Option[] { folder, threads, choice })
{
    storage.Add(option);
}

storage.SetAction(parsed =>
{
    var benchmark = new StorageBenchmark(Path.GetFullPath(parsed.GetRequiredValue(folder)), parsed.GetRequiredValue(threads), parsed.GetRequiredValue(choice));
    if (parsed.GetValue(onlyWrite))
    {
        benchmark.Write();
    }
    else
    {
        benchmark.Run(!parsed.GetValue(widen));
    }
});
root.Add(storage);
return await root.Parse(args).InvokeAsync();
