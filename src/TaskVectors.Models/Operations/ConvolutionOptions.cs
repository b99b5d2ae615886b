namespace TaskVectors.Models.Operations;

/// <summary>How a kernel moves over an image. Pairs are (vertical, horizontal).</summary>
public sealed record ConvolutionOptions
{
    /// <summary>Steps between neighbouring outputs.</summary>
    public (int Y, int X) Stride { get; init; } = (1, 1);

    /// <summary>Zeros added on each side.</summary>
    public (int Y, int X) Padding { get; init; }

    /// <summary>Steps between neighbouring elements of the kernel.</summary>
    public (int Y, int X) Dilation { get; init; } = (1, 1);

    /// <summary>Groups of channels that do not see each other.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Rows and columns added at the end of the output of a transposed convolution.</summary>
    public (int Y, int X) OutputPadding { get; init; }
}
