using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Architectures;

public class ConfigFuzzTests
{
    [Theory]
    [InlineData("llama-gqa-untied")]
    [InlineData("llama-rope-llama3-tied")]
    [InlineData("vit-rgb")]
    [InlineData("bert-cls")]
    [InlineData("t5-v11-gated-gelu")]
    [InlineData("clip-eos")]
    [InlineData("gpt2-grads")]
    public void A_model_with_a_damaged_configuration_is_loaded_or_refused(string name)
    {
        using var folder = new TemporaryFolder();
        using var context = new ComputeContext(new ComputeOptions { Threads = 1 });
        File.CreateSymbolicLink(folder["model.safetensors"], GoldenPath.Of("models", name, "model.safetensors"));
        byte[] seed = File.ReadAllBytes(GoldenPath.Of("models", name, "config.json"));
        new Mutations([seed], "{", "}", "[", "]", ",", ":", "\"", "null", "-1", "0", "0.5", "1e999", "2147483647", "99999999999", "true", "\"x\"").RequireAnswers(bytes =>
        {
            File.WriteAllBytes(folder["config.json"], bytes);
            using Model model = ModelLoader.Load(Checkpoint.Open(folder.Path), context);
        });
    }
}
