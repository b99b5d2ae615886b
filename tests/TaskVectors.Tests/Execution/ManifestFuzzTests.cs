using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Execution;

public class ManifestFuzzTests
{
    [Fact]
    public async Task A_damaged_manifest_is_verified_and_replayed_or_refused()
    {
        using var sandbox = new EditSandbox();
        Checkpoint pretrained = sandbox.Model("base", ("w", DType.F32, [1, 2, 3]));
        Checkpoint tuned = sandbox.Model("tuned", ("w", DType.F32, [1, 4, 3]));
        _ = await (pretrained + (0.5 * (tuned - pretrained))).SaveAsync(sandbox["out"]);
        string manifest = Path.Combine(sandbox["out"], "taskvec.manifest.json");
        byte[] original = File.ReadAllBytes(manifest);
        byte[] weights = File.ReadAllBytes(Path.Combine(sandbox["out"], "model.safetensors"));

        new Mutations([original], "{", "}", "[", "]", ",", ":", "\"", "null", "-1", "1e400", "99999999999999999999", "\"../../x\"", "true", "\\u0000", "é").RequireAnswers(bytes =>
        {
            File.WriteAllBytes(manifest, bytes);
            _ = ManifestReplay.Plan(manifest, new OutputTarget(sandbox["again"]), EditOptions.Default);
        });

        // Verification reports what differs as well, so that most damage is an answer and not an error.
        new Mutations([original], "{", "}", "\"../../x\"", "-1", "null", "[]").ForEach((bytes, round) =>
        {
            File.WriteAllBytes(manifest, bytes);
            try
            {
                _ = OutputVerifier.Verify(sandbox["out"]);
            }
            catch (TaskVectorsException error)
            {
                Assert.NotEmpty(error.Message);
            }
        });
        Assert.Equal(weights, File.ReadAllBytes(Path.Combine(sandbox["out"], "model.safetensors")));
        Assert.False(Directory.Exists(sandbox["again"]));
    }
}
