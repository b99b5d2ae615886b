using System.CommandLine;
using TaskVectors.Cli.Commands;

namespace TaskVectors.Cli.Tests;

public sealed class HelpTests
{
    /// <summary>Every command as it is typed, those of groups among them: <c>merge</c>, <c>recipe check</c>.</summary>
    public static TheoryData<string> CommandPaths() => [.. Leaves(Root().Subcommands, "").Select(leaf => leaf.Path)];

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public async Task Help_tells_every_option_and_argument_of_a_command(string path)
    {
        Command command = Find(path);
        var outcome = await Taskvec.RunAsync([.. path.Split(' '), "--help"]);

        Assert.Equal(0, outcome.Code);
        Assert.All(command.Options, option => Assert.Contains(option.Name, outcome.Output, StringComparison.Ordinal));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description)));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description)));
        Assert.Contains("--json", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', command.Description!);
    }

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public void Examples_are_command_lines_that_parse(string path)
    {
        var verb = Assert.IsType<Verb>(Find(path), exactMatch: false);

        Assert.NotEmpty(verb.Examples);
        IEnumerable<string> plain = verb.Examples.Where(example => example.StartsWith("taskvec ", StringComparison.Ordinal));
        Assert.All(plain, example => Assert.Empty(Root().Parse(example["taskvec ".Length..].Split('|')[0]).Errors));
    }

    [Fact]
    public async Task A_group_of_commands_asks_for_one_of_them()
    {
        string[] groups = [.. Root().Subcommands.Where(command => command.Subcommands.Count > 0).Select(command => command.Name)];

        Assert.NotEmpty(groups);
        foreach (string group in groups)
        {
            Assert.Equal(2, (await Taskvec.RunAsync(group)).Code);
            Assert.Equal(0, (await Taskvec.RunAsync(group, "--help")).Code);
        }
    }

    [Fact]
    public async Task Help_lists_every_command_and_the_exit_codes()
    {
        var outcome = await Taskvec.RunAsync("--help");

        Assert.Equal(0, outcome.Code);
        Assert.All(Root().Subcommands, command => Assert.Contains(command.Description!, outcome.Output, StringComparison.Ordinal));
        Assert.Contains("130 cancelled", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_that_of_the_library() =>
        Assert.Equal(ToolVersion.Current, (await Taskvec.RunAsync("--version")).Output.Trim());

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_completion_script_asks_the_program(string shell)
    {
        var outcome = await Taskvec.RunAsync("completion", shell);

        Assert.Equal(0, outcome.Code);
        Assert.Contains("[suggest:", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suggestions_complete_commands_options_and_values()
    {
        Assert.Contains("inspect", await Suggest("taskvec ins"), StringComparison.Ordinal);
        Assert.Contains("--exclude", await Suggest("taskvec edit x --ex"), StringComparison.Ordinal);
        Assert.Contains("stochastic", await Suggest("taskvec edit x --rounding "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_begins_with_a_slash_is_no_option()
    {
        var outcome = await Taskvec.RunAsync("inspect", "/h");

        Assert.Equal(3, outcome.Code);
        Assert.Contains("/h", outcome.Error, StringComparison.Ordinal);
    }

    private static Command Find(string path) => Leaves(Root().Subcommands, "").Single(leaf => leaf.Path == path).Command;

    private static IEnumerable<(string Path, Command Command)> Leaves(IEnumerable<Command> commands, string prefix) =>
        commands.SelectMany(command => command.Subcommands.Count == 0
            ? [(prefix + command.Name, command)]
            : Leaves(command.Subcommands, $"{prefix}{command.Name} "));

    private static RootCommand Root() => CommandLine.CreateRoot(new Terminal(TextWriter.Null, TextWriter.Null, false, false));

    private static async Task<string> Suggest(string line) => (await Taskvec.RunAsync($"[suggest:{line.Length}]", line)).Output;
}
