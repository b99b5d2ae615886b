using System.CommandLine;
using TaskVectors.Benchmarks.Engine;
using TaskVectors.Models.Autograd;

Option<string> folder = new("--folder") { Description = "Where random checkpoints lie; removed afterwards.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "taskvectors-engine-bench") };
Option<string[]> only = new("--only") { Description = "The shapes to run; all when absent.", DefaultValueFactory = _ => [.. Shapes.All.Select(shape => shape.Name)], AllowMultipleArgumentsPerToken = true };
Option<int> runs = new("--runs") { Description = "Counted runs of each, after two that are not counted.", DefaultValueFactory = _ => 7 };
Option<int> threads = new("--threads") { Description = "The threads that share an operation.", DefaultValueFactory = _ => Environment.ProcessorCount };

RootCommand root = new("Times inference and training steps of models with random weights. A step is forward, backward and AdamW.") { folder, only, runs, threads };
root.SetAction(parsed =>
{
    string place = Path.GetFullPath(parsed.GetRequiredValue(folder));
    try
    {
        Console.WriteLine($"{parsed.GetRequiredValue(threads)} threads; milliseconds: least (median) of {parsed.GetRequiredValue(runs)}");
        Console.WriteLine($"{"shape",-10} {"inference",20} {"GFLOP/s",8} {"step",20} {"GFLOP/s",8} {"tensors at most",16}");
        foreach (Shape shape in Shapes.All.Where(shape => parsed.GetRequiredValue(only).Contains(shape.Name)))
        {
            using ComputeContext context = new(new ComputeOptions { Threads = parsed.GetRequiredValue(threads) });
            Console.WriteLine(new EngineBenchmark(context, shape, parsed.GetRequiredValue(runs)).Run(Path.Combine(place, shape.Name)));
        }
    }
    finally
    {
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }
    }
});
return await root.Parse(args).InvokeAsync();
