using System.Text.Json;

namespace TaskVectors.Cli.Tests;

public sealed class ProcessTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task The_program_itself_prints_json_and_returns_the_exit_code()
    {
        Outcome outcome = await ProgramProcess.RunAsync("inspect", _place.Base, "--json");

        Assert.Equal(0, outcome.Code);
        Assert.Empty(outcome.Error);
        Assert.Equal(3, JsonDocument.Parse(outcome.Output).RootElement.GetProperty("tensors").GetArrayLength());
    }

    [Fact]
    public async Task The_program_itself_tells_errors_on_standard_error()
    {
        Outcome outcome = await ProgramProcess.RunAsync("inspect", _place.PathOf("nothing"));

        Assert.Equal(3, outcome.Code);
        Assert.Empty(outcome.Output);
        Assert.StartsWith("taskvec: ", outcome.Error, StringComparison.Ordinal);
    }
}
