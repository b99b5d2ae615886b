namespace TaskVectors.Models.Data.Images.Png;

/// <summary>The colour types of PNG.</summary>
internal enum PngColor
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    RgbAlpha = 6,
}
