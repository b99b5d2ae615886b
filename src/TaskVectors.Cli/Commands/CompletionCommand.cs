using System.CommandLine;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli.Commands;

/// <summary><c>taskvec completion bash|zsh|fish</c>.</summary>
internal sealed class CompletionCommand : Verb
{
    private const string Bash = """
        _taskvec() {
            local IFS=$'\n'
            COMPREPLY=( $(compgen -W "$(taskvec "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -o default -F _taskvec taskvec
        """;

    private const string Zsh = """
        #compdef taskvec
        _taskvec() {
            local -a found
            found=("${(@f)$(taskvec "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- $found
            _files
        }
        compdef _taskvec taskvec
        """;

    private const string Fish = """
        complete -c taskvec -a '(set -l line (commandline -cp); taskvec "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'
        """;

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh or fish." };

    public CompletionCommand(Terminal terminal)
        : base("completion", "Print a script that completes commands and options in bash, zsh or fish.", terminal)
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Add(_shell);
    }

    public override IReadOnlyList<string> Examples =>
    [
        "source <(taskvec completion bash)       # in ~/.bashrc",
        "source <(taskvec completion zsh)        # in ~/.zshrc, after compinit",
        "taskvec completion fish | source        # in ~/.config/fish/config.fish",
    ];

    protected override Task<int> RunAsync(ParseResult parsed, Reporter reporter, CancellationToken cancellationToken)
    {
        string shell = parsed.GetRequiredValue(_shell);
        string script = shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        };
        if (reporter.IsJson)
        {
            reporter.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("shell", shell);
                json.WriteString("script", script);
                json.WriteEndObject();
            });
        }
        else
        {
            reporter.WriteLine(script);
        }

        return Task.FromResult(ExitCode.Done);
    }
}
