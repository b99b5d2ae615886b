using System.Text.Json;
using TaskVectors.Models.Data.Images;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Data;

/// <summary>Resizing equals the reference byte for byte; processors are within its tolerance of 1e-5 (rounding to single precision).</summary>
public sealed class GoldenImageTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<ResizeFilter> Filters => [.. Enum.GetValues<ResizeFilter>()];

    private static string CasePath(string name, string file) => GoldenPath.Of("models", name, file);

    [Theory]
    [MemberData(nameof(Filters))]
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

    /// <summary>Bilinear interpolation between the centres of pixels, with clamped edges, as programs that work on tensors have it.</summary>
    [Fact]
    public void Pictures_that_keep_their_fractions_are_interpolated_in_double_precision()
    {
        byte[] samples = new byte[16 * 12 * 3];
        new Random(3).NextBytes(samples);
        var processor = new ImageProcessor { Resize = new ImageSize(21, 28), CentreCrop = new ImageSize(17, 24), Mean = [0.5], StandardDeviation = [0.25], KeepsFractions = true };

        float[] actual = processor.Process(new PixelImage(16, 12, 3, samples));

        for (int i = 0; i < actual.Length; i++)
        {
            (int row, int column) = ((i / 24) + 2, (i % 24) + 2);
            Assert.Equal(((At(row, column) / 255) - 0.5) / 0.25, actual[i], 1e-6);
        }

        double At(int row, int column)
        {
            double y = Math.Clamp(((row + 0.5) * 12 / 21) - 0.5, 0, 11);
            double x = Math.Clamp(((column + 0.5) * 16 / 28) - 0.5, 0, 15);
            (int top, int left) = ((int)y, (int)x);
            (int bottom, int right) = (Math.Min(top + 1, 11), Math.Min(left + 1, 15));
            double above = (Grey(top, left) * (1 - x + left)) + (Grey(top, right) * (x - left));
            double below = (Grey(bottom, left) * (1 - x + left)) + (Grey(bottom, right) * (x - left));
            return (above * (1 - y + top)) + (below * (y - top));
        }

        double Grey(int row, int column)
        {
            ReadOnlySpan<byte> pixel = samples.AsSpan(((row * 16) + column) * 3, 3);
            return (0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]);
        }
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Rounding_to_bytes_moves_a_picture_by_no_more_than_the_rounding(ResizeFilter filter)
    {
        // A smooth picture, so that no filter leaves the range of a byte, where one would be clamped and the other not.
        byte[] samples = [.. Enumerable.Range(0, 32 * 32).Select(i => (byte)(128 + (60 * Math.Sin(i % 32 / 7.0) * Math.Cos(i / 32 / 5.0))))];
        var image = new PixelImage(32, 32, 1, samples);
        var processor = new ImageProcessor { Resize = new ImageSize(13, 45), Filter = filter, Scale = 1, Mean = [0], StandardDeviation = [1] };

        float[] rounded = processor.Process(image);
        float[] exact = (processor with { KeepsFractions = true }).Process(image);

        // Half a level after each of two passes; the second pass may enlarge the first's error by the sum of its weights' magnitudes, below 1.6.
        Assert.All(rounded.Zip(exact), pair => Assert.Equal(pair.First, pair.Second, 1.3));
        Assert.Equal(filter == ResizeFilter.Nearest, rounded.SequenceEqual(exact));
    }

    private static PixelImage Picture(GoldenTensors tensors, string name)
    {
        int[] shape = tensors.Shape(name);
        return new PixelImage(shape[1], shape[0], shape.Length == 3 ? shape[2] : 1, tensors.Bytes(name));
    }
}
