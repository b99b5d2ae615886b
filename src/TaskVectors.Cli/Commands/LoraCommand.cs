using System.CommandLine;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec lora</c>: what is done with adapters.</summary>
internal sealed class LoraCommand : Command
{
    public LoraCommand(Terminal terminal)
        : base("lora", "Make LoRA adapters of fine-tuned models.")
    {
        Add(new LoraExtractCommand(terminal));
        SetAction(int (_) => throw new UsageException("Name what to do: 'taskvec lora extract --help' tells how an adapter is made."));
    }
}
