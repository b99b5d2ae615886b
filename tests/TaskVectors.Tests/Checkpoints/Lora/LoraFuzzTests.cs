using System.Diagnostics;
using System.Globalization;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Checkpoints.Lora;

public class LoraFuzzTests
{
    /// <summary>Damages bytes of the configuration or of the header; runs longer with TASKVECTORS_FUZZ_SECONDS.</summary>
    [Fact]
    public void A_damaged_adapter_reads_or_gives_an_error_of_the_library()
    {
        string[] names = ["llama-patterns", "bert-bias-all", "llama-dora-embed", "vit-conv2d", "llama-regex", "llama-layers"];
        double seconds = double.TryParse(Environment.GetEnvironmentVariable("TASKVECTORS_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out double asked) ? asked : 1.5;
        var random = new Random(11);
        var watch = Stopwatch.StartNew();
        int refused = 0;
        int round = 0;
        for (; round < 20 || watch.Elapsed.TotalSeconds < seconds; round++)
        {
            using var folder = new TemporaryFolder();
            LoraCase golden = LoraCase.All[names[round % names.Length]];
            string adapter = LoraCase.Copy(golden.AdapterFolder, folder["adapter"]);
            Damage(Path.Combine(adapter, random.Next(3) == 0 ? "adapter_model.safetensors" : "adapter_config.json"), random);
            try
            {
                CheckpointSource bound = ((IBindableTaskVector)CheckpointFormats.Open(adapter)).Bind(golden.OpenBase());
                foreach (TensorInfo tensor in bound.Tensors)
                {
                    _ = LoraCase.Values(bound, tensor.Name);
                }
            }
            catch (TaskVectorsException error)
            {
                Assert.NotEqual(ErrorCategory.InputOutput, error.Category);
                refused++;
            }
        }

        Assert.InRange(refused, 1, round);
    }

    private static void Damage(string file, Random random)
    {
        byte[] bytes = File.ReadAllBytes(file);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            // The header of the weights comes first; damage to values is of no interest.
            bytes[random.Next(Math.Min(bytes.Length, 1000))] = (byte)random.Next(32, 127);
        }

        File.WriteAllBytes(file, bytes);
    }
}
