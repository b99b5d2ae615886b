using System.Runtime.InteropServices;

namespace TaskVectors.LinearAlgebra.OpenBlas;

/// <summary>
/// OpenBLAS as loaded into this process. It has threads of its own, so once loaded it stays until the process ends; its number of
/// threads is one setting for the whole process.
/// </summary>
internal sealed unsafe class OpenBlasLibrary
{
    private static readonly Lazy<OpenBlasLibrary?> Instance = new(Load);

    private readonly OpenBlasHandle _handle;
    private readonly delegate* unmanaged[Cdecl]<int, void> _setThreads;

    private OpenBlasLibrary(OpenBlasHandle handle)
    {
        _handle = handle;
        nint library = handle.DangerousGetHandle();
        _setThreads = (delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        Kernel = Text(library, "openblas_get_corename");
        Configuration = Text(library, "openblas_get_config").Trim();
        Single = new LapackRoutines(library, 's');
        Double = new LapackRoutines(library, 'd');
    }

    /// <summary>The library, loaded on first use; null where it cannot be loaded.</summary>
    public static OpenBlasLibrary? Shared => Instance.Value;

    /// <summary>The names the library goes by on this system, in the order they are tried.</summary>
    public static IReadOnlyList<string> FileNames { get; } =
        OperatingSystem.IsWindows() ? ["libopenblas.dll", "openblas.dll"]
        : OperatingSystem.IsMacOS() ? ["libopenblas.dylib", "/opt/homebrew/opt/openblas/lib/libopenblas.dylib"]
        : ["libopenblas.so.0", "libopenblas.so"];

    /// <summary>The kernel OpenBLAS chose, such as <c>Haswell</c>.</summary>
    public string Kernel { get; }

    /// <summary>Version and build options, such as <c>OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ... MAX_THREADS=64</c>.</summary>
    public string Configuration { get; }

    /// <summary>The routines in F32.</summary>
    public LapackRoutines Single { get; }

    /// <summary>The routines in F64.</summary>
    public LapackRoutines Double { get; }

    /// <summary>Sets the number of threads of every later call in the process.</summary>
    public void SetThreads(int count)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        _setThreads(count);
    }

    private static OpenBlasLibrary? Load()
    {
        OpenBlasCoreType.Announce();
        foreach (string name in FileNames)
        {
            if (NativeLibrary.TryLoad(name, out nint address) && TryBind(new OpenBlasHandle(address)) is { } library)
            {
                return library;
            }
        }

        return null;
    }

    /// <summary>Binds the routines; a build without LAPACK, or with 64-bit integers, is not one we can use.</summary>
    private static OpenBlasLibrary? TryBind(OpenBlasHandle handle)
    {
        try
        {
            OpenBlasLibrary library = new(handle);
            if (!library.Configuration.Contains("USE64BITINT", StringComparison.Ordinal))
            {
                return library;
            }
        }
        catch (EntryPointNotFoundException)
        {
            handle.Dispose();
            return null;
        }

        handle.Dispose();
        return null;
    }

    private static string Text(nint library, string export)
    {
        delegate* unmanaged[Cdecl]<byte*> read = (delegate* unmanaged[Cdecl]<byte*>)NativeLibrary.GetExport(library, export);
        return Marshal.PtrToStringUTF8((nint)read()) ?? string.Empty;
    }
}
