using System.Text.Json;
using TaskVectors.Models.Data.Images;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

/// <summary>Resizing equals the reference byte for byte; processors are within its tolerance of 1e-5 (rounding to single precision).</summary>
public sealed class GoldenImageTests
{
    private const double Tolerance = 1e-5;

    private static string CasePath(string name, string file) => GoldenPath.Of("models", name, file);

    [Theory]
    [InlineData(ResizeFilter.Nearest)]
    [InlineData(ResizeFilter.Box)]
    [InlineData(ResizeFilter.Bilinear)]
    [InlineData(ResizeFilter.Hamming)]
    [InlineData(ResizeFilter.Bicubic)]
    [InlineData(ResizeFilter.Lanczos)]
    public void Pictures_are_resized_to_the_same_bytes(ResizeFilter filter)
    {
        var tensors = new GoldenTensors(CasePath("image-resize", "io.safetensors"));
        string marker = $"/{filter.ToString().ToLowerInvariant()}/";
        string[] names = [.. tensors.Names.Where(name => name.StartsWith("resize/", StringComparison.Ordinal) && name.Contains(marker, StringComparison.Ordinal))];
        Assert.Equal(25, names.Length);
        foreach (string name in names)
        {
            int[] shape = tensors.Shape(name);
            PixelImage resized = ImageResizer.Resize(Picture(tensors, $"in/{name.Split('/')[1]}"), shape[1], shape[0], filter);
            Assert.True(tensors.Bytes(name).AsSpan().SequenceEqual([.. resized.Values]), name);
        }
    }

    [Fact]
    public void Pictures_are_processed_as_the_reference_does()
    {
        var tensors = new GoldenTensors(CasePath("image-processors", "io.safetensors"));
        using JsonDocument description = JsonDocument.Parse(File.ReadAllBytes(CasePath("image-processors", "case.json")));
        int compared = 0;
        foreach (JsonElement item in description.RootElement.GetProperty("processors").EnumerateArray())
        {
            string prefix = $"{item.GetProperty("processor").GetString()}/";
            ImageProcessor processor = ImageProcessorReader.Read("case.json", item.GetProperty("preprocessor_config"));
            foreach (string name in tensors.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                PixelImage picture = Picture(tensors, $"in/{name[prefix.Length..]}");
                int[] shape = tensors.Shape(name);
                Assert.Equal(new ImageSize(shape[1], shape[2]), processor.SizeOf(picture));
                float[] expected = tensors.Floats(name);
                float[] actual = processor.Process(picture);
                double difference = expected.Zip(actual, (left, right) => Math.Abs((double)left - right)).Max();
                Assert.True(expected.Length == actual.Length && difference <= Tolerance, $"{name}: off by {difference:G3}");
                compared++;
            }
        }

        Assert.Equal(25, compared);
    }

    private static PixelImage Picture(GoldenTensors tensors, string name)
    {
        int[] shape = tensors.Shape(name);
        return new PixelImage(shape[1], shape[0], shape.Length == 3 ? shape[2] : 1, tensors.Bytes(name));
    }
}
