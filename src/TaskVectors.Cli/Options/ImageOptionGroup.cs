using System.CommandLine;
using System.Globalization;
using TaskVectors.Models.Data.Images;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Cli.Options;

/// <summary>How pictures become what a model takes: as the model's file says, or as the user does.</summary>
internal sealed class ImageOptionGroup
{
    private const string KeepSize = "none";

    private readonly Option<string?> _processor = new("--processor") { HelpName = "FILE", Description = $"How images are prepared. Default: {ImageProcessor.FileName} of the model; the options below change what it says." };
    private readonly Option<string?> _resize = new("--resize") { HelpName = "SIZE", Description = "Size of images: a number, HEIGHTxWIDTH, or none to leave it." };
    private readonly Option<int?> _shortestEdge = new("--shortest-edge") { HelpName = "PIXELS", Description = "Resize images so that the short side has this length." };
    private readonly Option<string?> _crop = new("--crop") { HelpName = "SIZE", Description = "Keep the middle of images, after resizing: a number or HEIGHTxWIDTH." };
    private readonly Option<ResizeFilter?> _filter = OptionFactory.Word<ResizeFilter>("--filter", "How images are resized.");
    private readonly Option<bool> _grey = new("--grey") { Description = "Turn images into grey ones, of one channel." };
    private readonly Option<IReadOnlyList<double>> _mean = OptionFactory.Numbers("--mean", "What is taken from samples of 0 to 1: a number for all channels, or one each, such as 0.485,0.456,0.406.");
    private readonly Option<IReadOnlyList<double>> _deviation = OptionFactory.Numbers("--std", "What samples are then divided by: a number for all channels, or one each.");
    private readonly Option<bool> _fractions = new("--keep-fractions")
    {
        Description = "Grey and resized samples keep their fractions, as in programs that work on tensors; else they are rounded to 8 bits, as image libraries do.",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _processor, _resize, _shortestEdge, _crop, _filter, _grey, _mean, _deviation, _fractions })
        {
            command.Add(option);
        }
    }

    /// <summary>The processor for a model; notes what had to be assumed.</summary>
    public ImageProcessor Create(ParseResult parsed, string folder, ModelSettings settings, Action<string> note)
    {
        ImageProcessor processor = WithSize(parsed, Start(parsed, folder, settings, note));
        int channels = Channels(parsed, processor);
        return processor with
        {
            CentreCrop = parsed.GetValue(_crop) is { } crop ? Size(_crop, crop) : processor.CentreCrop,
            Filter = parsed.GetValue(_filter) ?? processor.Filter,
            Mean = Values(parsed, _mean, channels, processor.Mean),
            StandardDeviation = Values(parsed, _deviation, channels, processor.StandardDeviation),
            KeepsFractions = parsed.GetValue(_fractions),
        };
    }

    private ImageProcessor Start(ParseResult parsed, string folder, ModelSettings settings, Action<string> note)
    {
        if (parsed.GetValue(_processor) is { } file)
        {
            return ImageProcessor.Load(file);
        }

        ImageProcessor processor = settings.LoadImageProcessor(folder, out bool isAssumed);
        string[] assumed =
        [
            .. parsed.GetValue(_resize) is null && parsed.GetValue(_shortestEdge) is null ? ["images are resized to the model's size"] : Array.Empty<string>(),
            .. parsed.GetValue(_mean) is null || parsed.GetValue(_deviation) is null ? ["values lie between -1 and 1"] : Array.Empty<string>(),
        ];
        if (isAssumed && assumed.Length > 0)
        {
            note($"There is no {ImageProcessor.FileName}: {string.Join(", and ", assumed)}.");
        }

        return processor;
    }

    private ImageProcessor WithSize(ParseResult parsed, ImageProcessor processor)
    {
        string? size = parsed.GetValue(_resize);
        int? edge = parsed.GetValue(_shortestEdge);
        if (size is not null && edge is not null)
        {
            throw new UsageException("--resize and --shortest-edge exclude each other.");
        }

        if (edge is < 1)
        {
            throw new UsageException("--shortest-edge is at least 1.");
        }

        return edge is not null ? processor with { Resize = null, ShortestEdge = edge }
            : size is null ? processor
            : processor with { ShortestEdge = null, Resize = size == KeepSize ? null : Size(_resize, size) };
    }

    /// <summary>As many as numbers were given, where more than one was; else those of the file.</summary>
    private int Channels(ParseResult parsed, ImageProcessor processor)
    {
        int given = Math.Max(parsed.GetValue(_mean)?.Count ?? 1, parsed.GetValue(_deviation)?.Count ?? 1);
        return parsed.GetValue(_grey) ? 1 : given > 1 ? given : processor.Channels;
    }

    private static IReadOnlyList<double> Values(ParseResult parsed, Option<IReadOnlyList<double>> option, int channels, IReadOnlyList<double> otherwise)
    {
        IReadOnlyList<double> values = parsed.GetValue(option) ?? otherwise;
        bool isOne = values.Distinct().Count() == 1;
        return channels is 1 or 3 && (isOne || values.Count == channels) && (option.Name != "--std" || !values.Contains(0))
            ? isOne ? [.. Enumerable.Repeat(values[0], channels)] : values
            : throw new UsageException($"{option.Name} has one number, or one for each of {channels} channels (1 or 3), and no deviation is 0; got {string.Join(", ", values)}.");
    }

    private static ImageSize Size(Option option, string text)
    {
        int[] sides = [.. text.Split('x').Select(side => int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int pixels) ? pixels : 0)];
        return sides.Length is 1 or 2 && !sides.Contains(0)
            ? new ImageSize(sides[0], sides[^1])
            : throw new UsageException($"{option.Name} is a size such as 28 or 28x40 (height x width), not '{Printable.Of(text)}'.");
    }
}
