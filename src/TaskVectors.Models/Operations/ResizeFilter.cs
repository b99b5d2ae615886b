namespace TaskVectors.Models.Operations;

/// <summary>How new pixels are made of old ones.</summary>
public enum ResizeFilter
{
    /// <summary>The pixel at the scaled corner: index floor(i * old / new).</summary>
    Nearest,

    /// <summary>The pixel at the scaled centre: index floor((i + 1/2) * old / new).</summary>
    NearestExact,

    /// <summary>A triangle of one pixel to each side.</summary>
    Bilinear,

    /// <summary>Keys' cubic of two pixels to each side, with a = -0.75; with antialiasing a = -0.5.</summary>
    Bicubic,
}
