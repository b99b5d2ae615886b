using System.Runtime.InteropServices;

namespace TaskVectors.Models.Data.Images.Jpeg;

/// <summary>Reads JPEG through libturbojpeg, with its accurate integer transform. A damaged file is an error, as is a truncated one.</summary>
internal static class JpegDecoder
{
    private const int GreyColorspace = 2;
    private const int RgbFormat = 0;
    private const int GreyFormat = 6;
    private const int AccurateTransform = 4096;

    public static bool Matches(ReadOnlySpan<byte> bytes) => bytes is [0xFF, 0xD8, 0xFF, ..];

    public static PixelImage Decode(byte[] bytes, string file)
    {
        TurboJpeg library = TurboJpeg.Instance ?? throw DataException.About(
            file,
            "image.jpeg",
            "reading JPEG needs the library libturbojpeg, which is not installed. Install it (Debian: libturbojpeg0), or convert the picture to PNG.");
        nint handle = library.InitDecompress();
        if (handle == 0)
        {
            throw Failure(library, handle, file);
        }

        GCHandle pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        try
        {
            return Decode(library, handle, pinned.AddrOfPinnedObject(), bytes.Length, file);
        }
        finally
        {
            pinned.Free();
            _ = library.Destroy(handle);
        }
    }

    private static PixelImage Decode(TurboJpeg library, nint handle, nint source, int length, string file)
    {
        var size = new CULong((uint)length);
        if (library.DecompressHeader(handle, source, size, out int width, out int height, out _, out int colorspace) != 0)
        {
            throw Failure(library, handle, file);
        }

        int channels = colorspace == GreyColorspace ? 1 : 3;
        if (width < 1 || height < 1 || (long)width * height * channels > PixelImage.MaximumSamples)
        {
            throw DataException.About(file, "image.size", $"a picture of {width} x {height} pixels cannot be read; shrink it.");
        }

        byte[] samples = new byte[width * height * channels];
        GCHandle target = GCHandle.Alloc(samples, GCHandleType.Pinned);
        try
        {
            int format = channels == 1 ? GreyFormat : RgbFormat;
            if (library.Decompress(handle, source, size, target.AddrOfPinnedObject(), width, 0, height, format, AccurateTransform) != 0)
            {
                throw Failure(library, handle, file);
            }
        }
        finally
        {
            target.Free();
        }

        return new PixelImage(width, height, channels, samples);
    }

    private static DataException Failure(TurboJpeg library, nint handle, string file) => DataException.About(
        file, "image.damaged", $"the JPEG cannot be read: {Marshal.PtrToStringUTF8(library.ErrorText(handle))}. Get the file again.");
}
