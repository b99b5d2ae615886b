namespace TaskVectors.Execution;

/// <summary>Renames a finished output into place, replacing an earlier one only once the new one is whole.</summary>
internal static class SealedOutput
{
    public static void MoveIntoPlace(OutputTarget target, string weightFile)
    {
        if (target.IsSingleFile)
        {
            MoveFile(target, weightFile);
        }
        else
        {
            MoveFolder(target);
        }
    }

    private static void MoveFile(OutputTarget target, string weightFile)
    {
        File.Move(Path.Combine(target.PartialFolder, weightFile), target.Path, overwrite: true);
        File.Move(Path.Combine(target.PartialFolder, OutputTarget.ManifestFileName), target.ManifestPath, overwrite: true);
        Directory.Delete(target.PartialFolder, recursive: true);
    }

    private static void MoveFolder(OutputTarget target)
    {
        if (!Directory.Exists(target.Path))
        {
            Directory.Move(target.PartialFolder, target.Path);
            return;
        }

        string replaced = target.Path + ".replaced";
        if (Directory.Exists(replaced))
        {
            Directory.Delete(replaced, recursive: true);
        }

        Directory.Move(target.Path, replaced);
        try
        {
            Directory.Move(target.PartialFolder, target.Path);
        }
        catch
        {
            Directory.Move(replaced, target.Path);
            throw;
        }

        Directory.Delete(replaced, recursive: true);
    }
}
