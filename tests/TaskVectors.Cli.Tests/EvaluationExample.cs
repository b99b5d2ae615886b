using System.Globalization;
using TaskVectors.Algebra;
using TaskVectors.Models.Data;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Tests;

/// <summary>The library example of docs/evaluation.md.</summary>
internal static class EvaluationExample
{
    public static List<string> Run(string samples, string data)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var lines = new List<string>();

        // <example>
        var test = IdxImageDataset.Open(data + "t10k-images-idx3-ubyte", data + "t10k-labels-idx1-ubyte");
        var examples = ImageExamples.From(test, ImageProcessor.Load(samples));
        var head = FrozenHead.Load(samples + "heads.safetensors", "mnist");
        IEvaluator evaluator = new ImageClassificationEvaluator(examples, head);

        Checkpoint pretrained = Checkpoint.Open(samples + "base.safetensors");
        TaskVector mnist = Checkpoint.Open(samples + "mnist.safetensors") - pretrained;
        TaskVector fashion = Checkpoint.Open(samples + "fashion.safetensors") - pretrained;
        foreach (double coefficient in new[] { 0, 0.4, 0.8 })
        {
            Checkpoint edited = pretrained + (coefficient * mnist) + (0.4 * fashion);       // not on disk
            Metric accuracy = evaluator.Evaluate(edited)["accuracy"];
            lines.Add($"{coefficient}: {accuracy.Value:P1} ({accuracy.Interval.Low:P1} to {accuracy.Interval.High:P1})");
        }

        // </example>
        return lines;
    }
}
