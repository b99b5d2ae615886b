using System.CommandLine;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;
using TaskVectors.Models;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec forward MODEL --inputs TENSORS --outputs TENSORS</c>, or an edit in place of MODEL.</summary>
internal sealed class ForwardCommand : Verb
{
    private readonly EvaluatedModel _model = new();
    private readonly Option<string> _inputs = new("--inputs")
    {
        Required = true,
        HelpName = "TENSORS",
        Description = "A safetensors file with input_ids, attention_mask, pixel_values, labels ... or the same names after 'in/'.",
    };

    private readonly Option<string> _outputs = new("--outputs", "-o")
    {
        Required = true,
        HelpName = "OUT",
        Description = "The safetensors file to write: logits, loss, hidden states, pooled outputs.",
    };

    private readonly Option<bool> _gradients = new("--gradients") { Description = "Also write the gradient of the loss by each parameter, as grad/NAME." };
    private readonly Option<string?> _run = new("--run") { HelpName = "NAME", Description = "A run within the inputs file: its tensors are named NAME/... there and in the output." };
    private readonly Option<int?> _threads = new("--threads") { HelpName = "NUMBER", Description = "How many threads share an operation. Default: the number of processors." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output." };

    public ForwardCommand(Terminal terminal)
        : base("forward", "Run a model on given tensors and write what it gives, for comparison with other programs.", terminal)
    {
        _model.AddTo(this);
        Add(_inputs);
        Add(_outputs);
        Add(_gradients);
        Add(_run);
        Add(_threads);
        Add(_force);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "taskvec forward gpt2/ --inputs ids.safetensors --outputs logits.safetensors",
        "taskvec forward vit/ --inputs batch.safetensors --outputs out.safetensors --gradients",
        "taskvec forward --edit \"base + 0.7*(math - base)\" -m base=gpt2/ -m math=gpt2-math/ --inputs ids.safetensors --outputs logits.safetensors",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string output = parsed.GetRequiredValue(_outputs);
        if (File.Exists(output) && !parsed.GetValue(_force))
        {
            throw new UsageException($"'{Printable.Of(output)}' exists; pass --force to replace it.");
        }

        if (parsed.GetValue(_threads) is < 1)
        {
            throw new UsageException("--threads is at least 1.");
        }

        if (parsed.GetValue(_gradients) && _model.KeepsDType(parsed))
        {
            throw new UsageException("--gradients needs F32 weights; leave --keep-dtype out.");
        }

        string run = parsed.GetValue(_run) ?? string.Empty;
        using ComputeContext context = new(new ComputeOptions { Threads = parsed.GetValue(_threads) ?? 0 });
        using TensorScope scope = context.BeginScope();
        ModelInputs inputs = ModelInputFile.Read(parsed.GetRequiredValue(_inputs), context, run);
        using Model model = _model.Load(parsed, _model.Open(parsed), context, reporter);

        string prefix = run.Length == 0 ? string.Empty : run + "/";
        (TensorInfo Tensor, ReadOnlyMemory<byte> Values)[] tensors =
        [
            .. Run(model, inputs with { WantsHiddenStates = true }, parsed.GetValue(_gradients))
                .Select(pair => (pair.Tensor with { Name = prefix + pair.Tensor.Name }, pair.Values)),
        ];
        ModelOutputFile.Write(output, tensors);
        Report(reporter, model, output, tensors);
        return Task.FromResult(ExitCode.Done);
    }

    private static IReadOnlyList<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> Run(Model model, ModelInputs inputs, bool withGradients)
    {
        if (!withGradients)
        {
            using IDisposable inference = model.Context.BeginInference();
            return ModelOutputFile.Collect(model.Run(inputs));
        }

        model.RequireGradients();
        ModelOutputs outputs = model.Run(inputs);
        IReadOnlyList<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> values = ModelOutputFile.Collect(outputs);
        model.Context.Backward(outputs.Loss ?? throw new UsageException("--gradients needs a loss, and there are no labels among the inputs."));
        return [.. values, .. ModelOutputFile.CollectGradients(model)];
    }

    private static void Report(Reporter reporter, Model model, string output, IReadOnlyList<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> tensors)
    {
        if (!reporter.IsJson)
        {
            reporter.Summarize($"{model.Architecture}: {tensors.Count} tensors written to {Printable.Of(output)}");
            return;
        }

        reporter.WriteJson(json =>
        {
            json.WriteStartObject();
            json.WriteString("architecture", model.Architecture);
            json.WriteString("output", output);
            json.WriteStartArray("unexpected");
            foreach (string name in model.UnexpectedTensors)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteStartArray("tensors");
            foreach ((TensorInfo tensor, _) in tensors)
            {
                json.WriteStartObject();
                json.WriteString("name", tensor.Name);
                json.WriteStartArray("shape");
                foreach (long dimension in tensor.Shape.Dimensions)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
