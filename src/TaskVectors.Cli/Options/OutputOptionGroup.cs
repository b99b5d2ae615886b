using System.CommandLine;
using TaskVectors.Execution;

namespace TaskVectors.Cli.Options;

/// <summary>The options of every command that writes: where to, and with what means.</summary>
/// <param name="name">What the help calls the output.</param>
/// <param name="description">What it says of it.</param>
internal sealed class OutputOptionGroup(string name = "OUT", string description = "The output: a folder, or a single file when it ends in .safetensors.")
{
    private readonly Option<string> _output = new("--output", "-o") { Required = true, HelpName = name, Description = description };

    private readonly ResourceOptionGroup _resources = new();
    private readonly Option<bool> _force = new("--force") { Description = "Replace an existing output that this program wrote." };
    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Go on with an interrupted edit; the bytes are those of an uninterrupted one.",
    };

    private readonly Option<bool> _noFlush = new("--no-flush")
    {
        Description = "Do not wait until the output is on the disk: faster, as cp is, but a power cut may lose it.",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the plan and its cost; write nothing." };

    public void AddTo(Command command)
    {
        command.Add(_output);
        command.Add(_dryRun);
        command.Add(_force);
        command.Add(_resume);
        command.Add(_noFlush);
        _resources.AddTo(command);
    }

    public OutputTarget Target(ParseResult parsed) => parsed.GetRequiredValue(_output) is { } path && !string.IsNullOrWhiteSpace(path)
        ? new OutputTarget(path)
        : throw new UsageException("--output is empty; name a folder, or a file that ends in .safetensors.");

    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(_dryRun);

    public EditOptions Bind(ParseResult parsed) => EditOptions.Default with
    {
        Memory = _resources.Memory(parsed),
        Threads = _resources.Threads(parsed),
        Force = parsed.GetValue(_force),
        Resume = parsed.GetValue(_resume),
        Flush = !parsed.GetValue(_noFlush),
    };
}
