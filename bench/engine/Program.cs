using System.CommandLine;
using TaskVectors.Benchmarks;
using TaskVectors.Benchmarks.Engine;

ComparisonOptions common = new("taskvectors-bench-engine", "random checkpoints", 7, "Counted runs in each process, at least; short ones are repeated for a second, after some that are not counted.");
Option<string[]> only = new("--only") { Description = "The shapes to run; all when absent.", DefaultValueFactory = _ => [.. Shapes.All.Select(shape => shape.Name)], AllowMultipleArgumentsPerToken = true };
Option<string[]> jobs = new("--jobs") { Description = "What is timed: inference, step (forward, backward and AdamW).", DefaultValueFactory = _ => ["inference", "step"], AllowMultipleArgumentsPerToken = true };
Option<int> rounds = new("--rounds") { Description = "Processes of each side, in turn with the other side's.", DefaultValueFactory = _ => 3 };
jobs.AcceptOnlyFromAmong("inference", "step");

RootCommand root = new("Times inference and training steps of models with random weights against plain torch on the same cores, the same files and the same matrix kernel, in turn, each side in processes of its own; with an empty --python ours alone.")
{
    only, jobs, rounds,
};
common.AddTo(root);
root.SetAction((parsed, cancellation) => new Comparison(new Settings(common, parsed)
{
    Shapes = [.. Shapes.All.Where(shape => parsed.GetRequiredValue(only).Contains(shape.Name))],
    Jobs = parsed.GetRequiredValue(jobs),
    Rounds = parsed.GetRequiredValue(rounds),
}).RunAsync(cancellation));

Command worker = new("worker", "Runs our side once.") { Hidden = true };
Argument<string> job = new("job");
Argument<string> model = new("model");
worker.Add(job);
worker.Add(model);
foreach (Option option in new Option[] { common.Runs, common.Threads, common.LinearAlgebra })
{
    worker.Add(option);
}

worker.SetAction(parsed =>
{
    var side = new Worker(parsed.GetRequiredValue(common.LinearAlgebra), parsed.GetRequiredValue(common.Threads), parsed.GetRequiredValue(common.Runs));
    Console.WriteLine(side.Run(parsed.GetRequiredValue(job), parsed.GetRequiredValue(model)));
});
root.Add(worker);

Command epoch = new("epoch", "Times one epoch of the small vision transformer with random pictures, all that training does included.");
Option<int> pictures = new("--pictures") { Description = "How many.", DefaultValueFactory = _ => 60000 };
epoch.Add(pictures);
foreach (Option option in new Option[] { common.Folder, common.Threads, common.LinearAlgebra })
{
    epoch.Add(option);
}

epoch.SetAction(parsed => EpochBenchmark.Run(
    Path.GetFullPath(parsed.GetRequiredValue(common.Folder)), parsed.GetRequiredValue(pictures), parsed.GetRequiredValue(common.Threads), parsed.GetRequiredValue(common.LinearAlgebra)));
root.Add(epoch);

Command storage = new("storage", "Measures a Llama of 1.1 billion random BF16 weights: as stored, or with --widen as F32. Call it with --write first: the checkpoint (2.2 GB) stays in the folder.");
Option<bool> widen = new("--widen") { Description = "Widen the weights when they are loaded." };
Option<bool> onlyWrite = new("--write") { Description = "Only write the checkpoint." };
storage.Add(widen);
storage.Add(onlyWrite);
foreach (Option option in new Option[] { common.Folder, common.Threads, common.LinearAlgebra })
{
    storage.Add(option);
}

storage.SetAction(parsed =>
{
    var benchmark = new StorageBenchmark(Path.GetFullPath(parsed.GetRequiredValue(common.Folder)), parsed.GetRequiredValue(common.Threads), parsed.GetRequiredValue(common.LinearAlgebra));
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
