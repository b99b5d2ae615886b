using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Manifests;

namespace TaskVectors.Cli.Tests;

/// <summary>The README's library example, compiled; a test compares the two texts.</summary>
internal static class ReadmeExample
{
    public static async Task<string> RunAsync(string folder)
    {
        string before = Environment.CurrentDirectory;
        using var console = new StringWriter();
        TextWriter standard = Console.Out;
        Environment.CurrentDirectory = folder;
        Console.SetOut(console);
        try
        {
            // <example>
            Checkpoint pretrained = Checkpoint.Open("samples/vit-small/base.safetensors");
            TaskVector mnist = Checkpoint.Open("samples/vit-small/mnist.safetensors") - pretrained;      // point - point = vector
            TaskVector fashion = Checkpoint.Open("samples/vit-small/fashion.safetensors") - pretrained;

            Checkpoint edited = pretrained + 0.4 * mnist - 0.6 * fashion;                                // point + vector = point
            Manifest manifest = await edited.SaveAsync("edited.safetensors");                            // only now are weights read
            Console.WriteLine($"moved by {manifest.EditNorm:F2}, rounding lost {manifest.RoundingLoss:P2} of it");
            // </example>
        }
        finally
        {
            Console.SetOut(standard);
            Environment.CurrentDirectory = before;
        }

        return console.ToString().Trim();
    }
}
