using System.CommandLine;
using System.CommandLine.Help;
using TaskVectors.Cli.Commands;
using TaskVectors.Cli.Options;
using TaskVectors.Cli.Output;

namespace TaskVectors.Cli;

/// <summary>The program: reads arguments, runs one command, reports what went wrong.</summary>
internal static class CommandLine
{
    private const string Description = """
        Edits neural networks by arithmetic on their weights.

        PATH is a checkpoint file or folder; NAME=PATH gives it the name that expressions and reports use.
        OUT is a folder, or a single file when it ends in .safetensors.
        Exit codes: 0 done, 1 a check failed, 2 usage, 3 bad input, 4 I/O, 70 a bug, 130 cancelled.
        """;

    /// <summary>Runs the program.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        RootCommand root = CreateRoot(terminal);
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool json = arguments.Contains(CommonOptions.JsonName);
        var failures = new FailureReport(terminal, json);
        try
        {
            if (UsageCheck.FirstProblem(parsed) is { } problem)
            {
                return failures.Report(new UsageException(problem));
            }

            var configuration = new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            return failures.Report(failure);
        }
    }

    /// <summary>The command tree: the one place that knows every verb.</summary>
    internal static RootCommand CreateRoot(Terminal terminal)
    {
        var root = new RootCommand(Description)
        {
            new InspectCommand(terminal),
            new DiffCommand(terminal),
            new EditCommand(terminal),
            new NegateCommand(terminal),
            new AddCommand(terminal),
            new AnalogyCommand(terminal),
            new MergeCommand(terminal),
            new MethodsCommand(terminal),
            new RecipeCommand(terminal),
            new CompareCommand(terminal),
            new SpectrumCommand(terminal),
            new DecomposeCommand(terminal),
            new EvalCommand(terminal),
            new StatisticsCommand(terminal),
            new TrainCommand(terminal),
            new ForwardCommand(terminal),
            new GenerateCommand(terminal),
            new LoraCommand(terminal),
            new TokenizeCommand(terminal),
            new DataCommand(terminal),
            new VerifyCommand(terminal),
            new ReplayCommand(terminal),
            new DemoCommand(terminal),
            new CompletionCommand(terminal),
        };
        root.Add(CommonOptions.CreateJson());
        root.Add(CommonOptions.CreateQuiet());
        foreach (Option option in root.Options)
        {
            _ = option.Aliases.Remove("/h"); // paths, not options
            _ = option.Aliases.Remove("/?");
            option.Action = option switch
            {
                HelpOption { Action: HelpAction help } => new HelpWithExamples(help),
                VersionOption => new VersionAction(),
                _ => option.Action,
            };
        }

        root.SetAction(int (_) => throw new UsageException("Name a command; 'taskvec --help' lists them."));
        return root;
    }
}
