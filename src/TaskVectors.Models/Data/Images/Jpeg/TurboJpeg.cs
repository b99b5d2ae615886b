using System.Runtime.InteropServices;

namespace TaskVectors.Models.Data.Images.Jpeg;

/// <summary>The functions of libturbojpeg that reading needs, where that library is installed.</summary>
internal sealed class TurboJpeg
{
    private static readonly string[] Names = ["libturbojpeg.so.0", "libturbojpeg.so", "libturbojpeg.dylib", "turbojpeg"];
    private static readonly Lazy<TurboJpeg?> Loaded = new(Load);

    private TurboJpeg(nint library)
    {
        InitDecompress = Function<Init>(library, "tjInitDecompress");
        DecompressHeader = Function<Header>(library, "tjDecompressHeader3");
        Decompress = Function<Pixels>(library, "tjDecompress2");
        ErrorText = Function<Error>(library, "tjGetErrorStr2");
        Destroy = Function<Destroyer>(library, "tjDestroy");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint Init();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Header(nint handle, nint source, CULong length, out int width, out int height, out int subsampling, out int colorspace);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Pixels(nint handle, nint source, CULong length, nint target, int width, int pitch, int height, int format, int flags);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate nint Error(nint handle);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate int Destroyer(nint handle);

    /// <summary>The library, or <see langword="null"/> where it is not installed.</summary>
    public static TurboJpeg? Instance => Loaded.Value;

    public Init InitDecompress { get; }

    public Header DecompressHeader { get; }

    public Pixels Decompress { get; }

    public Error ErrorText { get; }

    public Destroyer Destroy { get; }

    private static TurboJpeg? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                try
                {
                    return new TurboJpeg(library);
                }
                catch (EntryPointNotFoundException)
                {
                    NativeLibrary.Free(library);
                }
            }
        }

        return null;
    }

    private static T Function<T>(nint library, string name)
        where T : Delegate => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
}
