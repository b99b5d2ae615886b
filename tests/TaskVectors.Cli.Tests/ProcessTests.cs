using System.Diagnostics;
using System.Text.Json;

namespace TaskVectors.Cli.Tests;

public sealed class ProcessTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task The_program_itself_prints_json_and_returns_the_exit_code()
    {
        (int code, string output, string error) = await StartAsync("inspect", _place.Base, "--json");

        Assert.Equal(0, code);
        Assert.Empty(error);
        Assert.Equal(3, JsonDocument.Parse(output).RootElement.GetProperty("tensors").GetArrayLength());
    }

    [Fact]
    public async Task The_program_itself_tells_errors_on_standard_error()
    {
        (int code, string output, string error) = await StartAsync("inspect", _place.PathOf("nothing"));

        Assert.Equal(3, code);
        Assert.Empty(output);
        Assert.StartsWith("taskvec: ", error, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> StartAsync(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "taskvec.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
