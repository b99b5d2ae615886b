using System.CommandLine;
using TaskVectors.Benchmarks;
using TaskVectors.Benchmarks.Decompose;

string[] known = ["decompose", "decompose.exact", "tsvm", "tsvm.exact", "iso_c", "iso_c.exact", "gemm"];
ComparisonOptions common = new("taskvectors-bench-decompose", "the task vectors and results", 3, "Runs of each, in turn with the other side.");
Option<int> layers = new("--layers") { Description = "How many layers of the 12 are made; nothing is extrapolated from fewer.", DefaultValueFactory = _ => 12 };
Option<int> tasks = new("--tasks") { Description = "How many task vectors.", DefaultValueFactory = _ => 8 };
Option<string[]> parts = new("--parts") { Description = $"What is compared: {string.Join(", ", known)}. Exact parts are held against torch in F64.", DefaultValueFactory = _ => ["decompose", "tsvm", "iso_c", "gemm"], AllowMultipleArgumentsPerToken = true };
Option<int[]> sizes = new("--sizes") { Description = "The sizes of products.", DefaultValueFactory = _ => [512, 1024, 2048, 4096], AllowMultipleArgumentsPerToken = true };
parts.AcceptOnlyFromAmong(known);

RootCommand root = new("Times decompositions, spectral merges and matrix products against plain torch on the same cores and the same numbers, in turn, in one run. Set OPENBLAS_CORETYPE to give both sides the same kernel.")
{
    layers, tasks, parts, sizes,
};
common.AddTo(root);
root.SetAction(async (parsed, cancellation) =>
{
    var settings = new Settings(common, parsed)
    {
        Layers = parsed.GetRequiredValue(layers),
        Tasks = parsed.GetRequiredValue(tasks),
        Parts = parsed.GetRequiredValue(parts),
        Sizes = parsed.GetRequiredValue(sizes),
    };
    await new Comparison(settings).RunAsync(cancellation);
});

Command worker = new("worker", "Runs our side once.") { Hidden = true };
Argument<string> job = new("job");
Argument<string[]> operands = new("operands");
Option<bool> exact = new("--exact");
Option<string> output = new("--out") { DefaultValueFactory = _ => "." };
Option<double> fraction = new("--fraction");
Option<int> draws = new("--draws");
worker.Add(job);
worker.Add(operands);
foreach (Option option in new Option[] { exact, output, fraction, draws, common.Runs, common.Threads, common.LinearAlgebra })
{
    worker.Add(option);
}

worker.SetAction(parsed =>
{
    var side = new Worker(parsed.GetRequiredValue(common.LinearAlgebra), parsed.GetRequiredValue(common.Threads));
    string[] given = parsed.GetRequiredValue(operands);
    Console.WriteLine(parsed.GetRequiredValue(job) switch
    {
        "gemm" => side.Gemm([.. given.Select(int.Parse)], parsed.GetRequiredValue(common.Runs)),
        "decompose" => side.Decompose(given[0], parsed.GetValue(fraction), parsed.GetValue(draws), parsed.GetValue(exact)),
        string method => side.Merge(given[0], method, parsed.GetValue(exact), parsed.GetRequiredValue(output)),
    });
});
root.Add(worker);
return await root.Parse(args).InvokeAsync();
