using System.Text.Json;
using TaskVectors.Checkpoints;

namespace TaskVectors.Models.Data.Images;

/// <summary>Reads <c>preprocessor_config.json</c>.</summary>
internal sealed class ImageProcessorReader
{
    private const int MaximumEdge = 16_384;

    private static readonly double[] DefaultMean = [0.5, 0.5, 0.5];

    private readonly string _file;
    private readonly JsonElement _root;

    private ImageProcessorReader(string file, JsonElement root)
    {
        _file = file;
        _root = root;
    }

    public static ImageProcessor Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, ImageProcessor.FileName) : path;
        try
        {
            byte[] json = DataFile.ReadAll(file);
            JsonText.RequireUnicode(json);
            using var document = JsonDocument.Parse(json);
            return Read(file, document.RootElement);
        }
        catch (JsonException failure)
        {
            throw DataException.About(file, "image.processor", $"it is not valid JSON: {failure.Message}", failure);
        }
    }

    /// <summary>Reads the document of a file.</summary>
    public static ImageProcessor Read(string file, JsonElement root) => root.ValueKind == JsonValueKind.Object
        ? new ImageProcessorReader(file, root).Read()
        : throw DataException.About(file, "image.processor", "it must be a JSON object.");

    private ImageProcessor Read()
    {
        bool normalizes = Flag("do_normalize", true);
        double[] mean = normalizes ? Numbers("image_mean", DefaultMean) : [0, 0, 0];
        double[] deviation = normalizes ? Numbers("image_std", DefaultMean) : [1, 1, 1];
        if (mean.Length is not 1 and not 3 || deviation.Length != mean.Length || deviation.Contains(0))
        {
            throw Wrong("image_mean and image_std", "must both have 1 or 3 numbers, and no deviation may be 0");
        }

        var processor = new ImageProcessor
        {
            Filter = Filter(),
            Scale = Flag("do_rescale", true) ? Number("rescale_factor", 1.0 / 255) : 1,
            Mean = mean,
            StandardDeviation = deviation,
            CentreCrop = Flag("do_center_crop", false) ? Size("crop_size", _root.TryGetProperty("crop_size", out JsonElement crop) ? crop : default) : null,
        };
        return Flag("do_resize", true) ? WithSize(processor) : processor;
    }

    private ImageProcessor WithSize(ImageProcessor processor)
    {
        if (!_root.TryGetProperty("size", out JsonElement size))
        {
            throw Wrong("size", "is missing");
        }

        if (size.ValueKind == JsonValueKind.Object && size.TryGetProperty("shortest_edge", out JsonElement edge))
        {
            return processor with { ShortestEdge = Edge("size.shortest_edge", edge) };
        }

        // A bare number meant the short side where a crop follows, and a square elsewhere.
        return size.ValueKind == JsonValueKind.Number && processor.CentreCrop is not null
            ? processor with { ShortestEdge = Edge("size", size) }
            : processor with { Resize = Size("size", size) };
    }

    private ImageSize Size(string name, JsonElement size)
    {
        if (size.ValueKind == JsonValueKind.Number)
        {
            return new ImageSize(Edge(name, size), Edge(name, size));
        }

        return size.ValueKind == JsonValueKind.Object && size.TryGetProperty("height", out JsonElement height) && size.TryGetProperty("width", out JsonElement width)
            ? new ImageSize(Edge($"{name}.height", height), Edge($"{name}.width", width))
            : throw Wrong(name, "must be a number or have height and width (or, for the size, shortest_edge)");
    }

    private int Edge(string name, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int edge) && edge is > 0 and <= MaximumEdge
        ? edge
        : throw Wrong(name, $"must be a whole number from 1 to {MaximumEdge}");

    private ResizeFilter Filter() => !_root.TryGetProperty("resample", out JsonElement value) || value.ValueKind == JsonValueKind.Null
        ? ResizeFilter.Bilinear
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int filter) && filter is >= 0 and <= 5
            ? (ResizeFilter)filter
            : throw Wrong("resample", "must be a number from 0 to 5");

    private bool Flag(string name, bool fallback) => !_root.TryGetProperty(name, out JsonElement value) ? fallback : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => fallback,
        _ => throw Wrong(name, "must be true or false"),
    };

    private double Number(string name, double fallback) => !_root.TryGetProperty(name, out JsonElement value)
        ? fallback
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Wrong(name, "must be a finite number");

    private double[] Numbers(string name, double[] fallback)
    {
        if (!_root.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number))
        {
            double[] numbers = [.. value.EnumerateArray().Select(item => item.GetDouble())];
            if (numbers.All(double.IsFinite))
            {
                return numbers;
            }
        }

        throw Wrong(name, "must be an array of finite numbers");
    }

    private DataException Wrong(string name, string what) => DataException.About(_file, "image.processor", $"'{name}' {what}.");
}
