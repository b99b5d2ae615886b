using System.Globalization;
using TaskVectors.Algebra;

namespace TaskVectors.Tests.Merging;

/// <summary>
/// The spectral merges of the papers' authors' code, written here as edits: planned, run and sealed like any other, in F64. The tolerance is each
/// case's own for F64.
/// </summary>
public class SpectralGoldenTests
{
    public static TheoryData<string> Merges =>
    [
        "iso-c-k2-embedding", "iso-c-k3", "iso-c-k5-bf16", "iso-cts-f05-k2", "iso-cts-f08-k3", "iso-cts-f08-k4-roundhalf",
        "tsvm-k2-embedding", "tsvm-k3", "tsvm-k5-rank0", "tsvm-lossless-k2", "tsvm-lossless-k3", "tsvm-lossless-k4-tiny",
        "knots-linear-dense", "knots-linear-lora", "knots-ties-dense", "knots-ties-lora",
    ];

    public static TheoryData<string> Compressions => ["tsvc-eighth", "tsvc-half", "tsvc-third"];

    [Theory]
    [MemberData(nameof(Merges))]
    public async Task A_merge_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name);
        string call = Call(golden);

        Checkpoint merged = await golden.SaveAsync($"base + {call}");
        golden.RequireAgreement(merged, "merged/");

        // The authors' vector comes before alpha.
        bool isUpdate = golden.Method == "KnOTS";
        string factor = isUpdate ? "1" : golden.Number("alpha").ToString("R", CultureInfo.InvariantCulture);
        Checkpoint vector = await golden.SaveAsync($"{call} / {factor}", output: "vector.safetensors");
        golden.RequireAgreement(vector, isUpdate ? "update/" : "vector/");
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public async Task Compression_agrees_with_the_authors_code(string name)
    {
        using var golden = new AuthorsCase(name);
        string fraction = golden.Number("rank_fraction").ToString("R", CultureInfo.InvariantCulture);
        for (int task = 0; task < golden.TaskCount; task++)
        {
            Checkpoint compressed = await golden.SaveAsync($"tsvc({AuthorsCase.Task(task)}, rank_fraction: {fraction})", output: $"out{task}.safetensors");
            golden.RequireAgreement(compressed, $"vector/task{task}/");
        }
    }

    [Theory]
    [InlineData("cart-r30-k3", "cart(V, rank_fraction: 0.3, lambda: 0.7)")]
    [InlineData("metagpt-k3", "metagpt(V)")]
    [InlineData("star-k3", "star(V)")]
    [InlineData("star-eta90-k3", "star(V, eta: 0.9)")]
    [InlineData("subspace-boosting-k3", "subspace_boosting(V, alpha: 0.3)")]
    [InlineData("subspace-boosting-b05-k3", "subspace_boosting(V, alpha: 0.3, beta: 0.5)")]
    [InlineData("svc-k3", "svc(V)")]
    public async Task A_merged_vector_agrees_with_torch(string name, string call)
    {
        using var golden = new AuthorsCase(name);
        golden.RequireAgreement(await golden.SaveAsync(call.Replace("V", Vectors(golden), StringComparison.Ordinal), output: "vector.safetensors"), "vector/");
    }

    private static string Vectors(AuthorsCase golden) => string.Join(", ", Enumerable.Range(0, golden.TaskCount).Select(AuthorsCase.Task));

    private static string Call(AuthorsCase golden)
    {
        string parameters = golden.Method switch
        {
            "TSV-M" => string.Create(CultureInfo.InvariantCulture, $"alpha: {golden.Number("alpha")}"),
            "TSV-M lossless" or "Iso-C" => string.Create(CultureInfo.InvariantCulture, $"alpha: {golden.Number("alpha")}"),
            "Iso-CTS" => string.Create(CultureInfo.InvariantCulture, $"alpha: {golden.Number("alpha")}, common_space_fraction: {golden.Number("common_space_fraction")}"),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"inner: {(golden.Parameters.GetProperty("merge_method").GetString() == "ties" ? "ties" : "linear")}, density: {golden.Number("topK") / 100}, aggregate: {golden.Parameters.GetProperty("merging_type").GetString()}, scale: {golden.Number("scaling_coeffs")}"),
        };
        string method = golden.Method switch
        {
            "TSV-M" => "tsvm",
            "TSV-M lossless" => "tsvm_lossless",
            "Iso-C" => "iso_c",
            "Iso-CTS" => "iso_cts",
            _ => "knots",
        };
        return $"{method}({Vectors(golden)}, {parameters})";
    }
}
