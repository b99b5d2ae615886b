namespace TaskVectors.Execution.Outputs;

/// <summary>Renames a finished output into place, replacing an earlier one only once the new one is whole.</summary>
internal static class SealedOutput
{
    /// <summary>Moves what lies in the partial folder to the target. The journal keeps other processes out until the last moment.</summary>
    public static void MoveIntoPlace(OutputTarget target, string weightFile, Journal journal)
    {
        if (target.IsSingleFile)
        {
            MoveFile(target, weightFile);
            journal.Delete();
            Directory.Delete(target.PartialFolder, recursive: true);
        }
        else
        {
            journal.Delete();
            MoveFolder(target);
        }
    }

    private static void MoveFile(OutputTarget target, string weightFile)
    {
        File.Move(Path.Combine(target.PartialFolder, weightFile), target.Path, overwrite: true);
        File.Move(Path.Combine(target.PartialFolder, OutputTarget.ManifestFileName), target.ManifestPath, overwrite: true);
    }

    private static void MoveFolder(OutputTarget target)
    {
        if (!Directory.Exists(target.Path))
        {
            Directory.Move(target.PartialFolder, target.Path);
        }
        else if (FolderExchange.TryExchange(target.PartialFolder, target.Path))
        {
            Directory.Delete(target.PartialFolder, recursive: true);
        }
        else
        {
            ReplaceInTwoSteps(target);
        }
    }

    /// <summary>Replaces where the system cannot exchange: for a moment neither output has the name, and the earlier one is deleted last.</summary>
    internal static void ReplaceInTwoSteps(OutputTarget target)
    {
        string replaced = UnusedName(target.Path + ".replaced");
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

    // Whatever has the name already belongs to somebody else.
    private static string UnusedName(string wanted)
    {
        string name = wanted;
        for (int suffix = 2; Path.Exists(name); suffix++)
        {
            name = $"{wanted}{suffix}";
        }

        return name;
    }
}
