using System.CommandLine;
using TaskVectors;
using TaskVectors.Benchmarks.Merge;
using TaskVectors.Tensors;

Option<string> folder = new("--folder") { Description = "Where models and outputs lie; removed afterwards.", DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "taskvectors-bench") };
Option<string> size = new("--size") { Description = "The size of each model.", DefaultValueFactory = _ => "1GB" };
Option<int[]> inputs = new("--inputs") { Description = "How many models an edit reads.", DefaultValueFactory = _ => [2, 3, 5], AllowMultipleArgumentsPerToken = true };
Option<string[]> dtypes = new("--dtype") { Description = "The dtypes of the models.", DefaultValueFactory = _ => ["BF16"], AllowMultipleArgumentsPerToken = true };
Option<int> runs = new("--runs") { Description = "Counted runs of each, after one that is not counted.", DefaultValueFactory = _ => 5 };
Option<string> memory = new("--memory") { Description = "The memory budget of an edit.", DefaultValueFactory = _ => "256MiB" };
Option<int> threads = new("--threads") { Description = "The threads of an edit.", DefaultValueFactory = _ => Environment.ProcessorCount };
Option<bool> cold = new("--cold") { Description = "Also measure after the page cache has been dropped (needs root)." };
Option<bool> flush = new("--flush") { Description = "Force outputs to the disk on both sides: the edit flushes, cp is followed by sync." };
Option<string> program = new("--program") { Description = "The program to time. Default: the taskvec script of this checkout.", DefaultValueFactory = _ => TimedProgram.OfCheckout() };
Option<string[]> methods = new("--method")
{
    Description = "Time merges by these methods instead of linear edits: NAME or NAME:PARAMETER=VALUE,...; without a name, all that work in tiles.",
    Arity = ArgumentArity.ZeroOrMore,
    AllowMultipleArgumentsPerToken = true,
};
Option<bool> keep = new("--keep") { Description = "Keep the models for the next call." };

RootCommand root = new("Times whole linear edits against cp of the same number of bytes, in turn, in one run.")
{
    folder, size, inputs, dtypes, runs, memory, threads, cold, flush, keep, program, methods,
};
root.SetAction(async (parsed, cancellation) =>
{
    var settings = new Settings
    {
        Folder = Path.GetFullPath(parsed.GetRequiredValue(folder)),
        ModelBytes = Size(parsed.GetRequiredValue(size)),
        Inputs = parsed.GetRequiredValue(inputs),
        DTypes = [.. parsed.GetRequiredValue(dtypes).Select(name => DTypes.TryParse(name.ToUpperInvariant(), out DType dtype) ? dtype : throw new ArgumentException($"'{name}' is no dtype."))],
        Runs = parsed.GetRequiredValue(runs),
        Memory = Size(parsed.GetRequiredValue(memory)),
        Threads = parsed.GetRequiredValue(threads),
        Cold = parsed.GetValue(cold),
        Flush = parsed.GetValue(flush),
        Keep = parsed.GetValue(keep),
        Program = parsed.GetRequiredValue(program),
    };
    await (parsed.GetResult(methods) is null
        ? new MergeBenchmark(settings).RunAsync(cancellation)
        : new MethodBenchmark(settings).RunAsync(parsed.GetValue(methods) ?? [], cancellation));
});

return await root.Parse(args).InvokeAsync();

static long Size(string text) => ByteSize.TryParse(text, out long bytes) ? bytes : throw new ArgumentException($"'{text}' is no size.");
