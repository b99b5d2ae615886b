using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TaskVectors.LinearAlgebra.OpenBlas;

/// <summary>
/// Tells OpenBLAS which kernel to use. Releases older than the processor do not know its model number and fall back to kernels of 2006
/// (SSE3), five times slower; the instruction sets the runtime reports are the better witness.
/// </summary>
internal static partial class OpenBlasCoreType
{
    private const string Variable = "OPENBLAS_CORETYPE";

    /// <summary>The kernel that fits this processor, or null to leave the choice to OpenBLAS.</summary>
    public static string? Preferred =>
        Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;

    /// <summary>
    /// Sets the variable in the native environment, which OpenBLAS reads as it is loaded and which
    /// <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not reach. A value that the user has set stays.
    /// </summary>
    public static void Announce()
    {
        if (OperatingSystem.IsWindows() || Preferred is not { } core)
        {
            return;
        }

        try
        {
            _ = SetEnvironmentVariable(Variable, core, overwrite: 0);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // Without a C library under its usual name OpenBLAS chooses for itself, which costs speed only.
            return;
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
