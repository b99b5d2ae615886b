using System.CommandLine;
using TaskVectors;
using TaskVectors.Benchmarks;
using TaskVectors.Benchmarks.Merge;
using TaskVectors.Tensors;

CommonOptions common = new("taskvectors-bench", "models and outputs", 5, "Counted runs of each, after one that is not counted.");
Option<string> size = new("--size") { Description = "The size of each model.", DefaultValueFactory = _ => "1GB" };
Option<int[]> inputs = new("--inputs") { Description = "How many models an edit reads.", DefaultValueFactory = _ => [2, 3, 5], AllowMultipleArgumentsPerToken = true };
Option<int> tasks = new("--tasks") { Description = "How many models a method merges, the base apart.", DefaultValueFactory = _ => 3 };
Option<string[]> dtypes = new("--dtype") { Description = "The dtypes of the models.", DefaultValueFactory = _ => ["BF16"], AllowMultipleArgumentsPerToken = true };
Option<string> memory = new("--memory") { Description = "The memory budget of an edit.", DefaultValueFactory = _ => "256MiB" };
Option<bool> cold = new("--cold") { Description = "Also measure after the page cache has been dropped (needs root)." };
Option<bool> flush = new("--flush") { Description = "Force outputs to the disk on both sides: the edit flushes, cp is followed by sync." };
Option<string> program = new("--program") { Description = "The program to time. Default: the taskvec script of this checkout.", DefaultValueFactory = _ => TimedProgram.OfCheckout() };
Option<string[]> methods = new("--method")
{
    Description = "Time merges by these methods instead of linear edits: NAME or NAME:PARAMETER=VALUE,...; without a name, all that work in tiles.",
    Arity = ArgumentArity.ZeroOrMore,
    AllowMultipleArgumentsPerToken = true,
};

RootCommand root = new("Times whole linear edits against cp of the same number of bytes, in turn, in one run.")
{
    size, inputs, tasks, dtypes, memory, cold, flush, program, methods,
};
common.AddTo(root);
root.SetAction(async (parsed, cancellation) =>
{
    var settings = new Settings(common, parsed)
    {
        ModelBytes = Size(parsed.GetRequiredValue(size)),
        Inputs = parsed.GetRequiredValue(inputs),
        Tasks = parsed.GetRequiredValue(tasks),
        DTypes = [.. parsed.GetRequiredValue(dtypes).Select(name => DTypes.TryParse(name.ToUpperInvariant(), out DType dtype) ? dtype : throw new ArgumentException($"'{name}' is no dtype."))],
        Memory = Size(parsed.GetRequiredValue(memory)),
        Cold = parsed.GetValue(cold),
        Flush = parsed.GetValue(flush),
        Program = parsed.GetRequiredValue(program),
    };
    await (parsed.GetResult(methods) is null
        ? new MergeBenchmark(settings).RunAsync(cancellation)
        : new MethodBenchmark(settings).RunAsync(parsed.GetValue(methods) ?? [], cancellation));
});

return await root.Parse(args).InvokeAsync();

static long Size(string text) => ByteSize.TryParse(text, out long bytes) ? bytes : throw new ArgumentException($"'{text}' is no size.");
