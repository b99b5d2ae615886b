using System.Globalization;
using TaskVectors.Algebra;

namespace TaskVectors.Tests.Merging;

/// <summary>
/// The merges of the papers' authors' code that work element by element, written here as edits in F64. The tolerance is each case's own for F64. All
/// weights lie on a grid, some on a coarse one full of equal magnitudes and sums of exactly zero, so that selections must agree exactly.
/// </summary>
public class SignGoldenTests
{
    [Theory]
    [InlineData("magmax-k2-int64")]
    [InlineData("magmax-k3")]
    [InlineData("magmax-k4-coarse-ties")]
    public async Task MagMax_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name, "sign");
        await RequireAsync(golden, Call(golden, "magmax", "lambda: 1"), golden.Number("coefficient"));
    }

    [Theory]
    [InlineData("ties-top20-mean")]
    [InlineData("ties-top20-mean-coarse")]
    [InlineData("ties-top50-mean-tied-embedding", "transformer.encoder.embed_tokens.weight", "transformer.decoder.embed_tokens.weight")]
    [InlineData("ties-top50-sum")]
    public async Task Ties_over_the_whole_vector_agrees_with_the_authors_code(string name, params string[] tied)
    {
        // The authors count a tied tensor once.
        using var golden = new AuthorsCase(name, "sign", tied);
        string normalize = golden.Parameters.GetProperty("merge_func").GetString() == "dis-mean" ? "true" : "false";
        await RequireAsync(golden, Call(golden, "ties", $"variant: paper, density: {Text(golden.Number("topK_percent") / 100)}, normalize: {normalize}"), golden.Number("lambda"));
    }

    /// <summary>The vector of a call, and the base with the vector times a coefficient.</summary>
    private static async Task RequireAsync(AuthorsCase golden, string call, double coefficient)
    {
        Checkpoint vector = await golden.SaveAsync(call, output: "vector.safetensors");
        golden.RequireAgreement(vector, "vector/");
        Checkpoint merged = await golden.SaveAsync($"base + {Text(coefficient)} * {call}");
        golden.RequireAgreement(merged, "merged/");
    }

    private static string Call(AuthorsCase golden, string method, string parameters) =>
        $"{method}({string.Join(", ", Enumerable.Range(0, golden.TaskCount).Select(AuthorsCase.Task))}, {parameters})";

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
