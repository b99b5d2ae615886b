using System.Runtime.InteropServices;

namespace TaskVectors.Execution.Outputs;

/// <summary>
/// Exchanges two folders in one step (<c>renameat2</c> with <c>RENAME_EXCHANGE</c>), so that at every moment either the old or the new one has the
/// name. Where system or file system cannot, callers rename twice.
/// </summary>
internal static partial class FolderExchange
{
    private const int CurrentFolder = -100;
    private const uint Exchange = 2;

    /// <summary>Exchanges, or returns false with nothing changed.</summary>
    public static bool TryExchange(string left, string right)
    {
        try
        {
            return OperatingSystem.IsLinux() && Rename(CurrentFolder, left, CurrentFolder, right, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int leftFolder, string left, int rightFolder, string right, uint flags);
}
