using TaskVectors.Models.Data.Images.Jpeg;
using TaskVectors.Models.Data.Images.Png;

namespace TaskVectors.Models.Data.Images;

/// <summary>Reads picture files: PNG, and JPEG where libturbojpeg is installed. What a file is its content tells, not its name.</summary>
public static class ImageFile
{
    /// <summary>The endings of the names of files that are taken for pictures.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg"];

    /// <summary>Reads a picture.</summary>
    /// <exception cref="DataException">It is missing, truncated, damaged, or of a kind that cannot be read.</exception>
    public static PixelImage Read(string file) => Decode(DataFile.ReadAll(file), file);

    /// <summary>Decodes a picture.</summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="DataException">It is truncated, damaged, or of a kind that cannot be read.</exception>
    public static PixelImage Decode(byte[] bytes, string name)
    {
        if (PngDecoder.Matches(bytes))
        {
            return PngDecoder.Decode(bytes, name);
        }

        return JpegDecoder.Matches(bytes)
            ? JpegDecoder.Decode(bytes, name)
            : throw DataException.About(name, "image.unknown", "it is neither PNG nor JPEG. Convert it to PNG.");
    }
}
