namespace TaskVectors.Models.Data.Images;

/// <summary>How a picture is resized. The numbers are those of the key <c>resample</c> of image processors.</summary>
public enum ResizeFilter
{
    /// <summary>The pixel at the place.</summary>
    Nearest = 0,

    /// <summary>Windowed sinc over three pixels a side.</summary>
    Lanczos = 1,

    /// <summary>A triangle over one pixel a side.</summary>
    Bilinear = 2,

    /// <summary>Cubic convolution with a = -1/2 over two pixels a side (Keys 1981).</summary>
    Bicubic = 3,

    /// <summary>The mean.</summary>
    Box = 4,

    /// <summary>A sinc in a Hamming window over one pixel a side.</summary>
    Hamming = 5,
}
