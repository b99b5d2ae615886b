using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaskVectors.LinearAlgebra.OpenBlas;

/// <summary>The loaded shared library.</summary>
internal sealed class OpenBlasHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public OpenBlasHandle(nint handle)
        : base(ownsHandle: true) => SetHandle(handle);

    protected override bool ReleaseHandle()
    {
        NativeLibrary.Free(handle);
        return true;
    }
}
