namespace TaskVectors.Models.Data.Fetching;

/// <summary>Where fetched data lies.</summary>
public static class DataCache
{
    /// <summary>The environment variable that names another cache folder.</summary>
    public const string Variable = "TASKVEC_CACHE";

    /// <summary>
    /// The folder of fetched data: <c>data</c> below the folder that <see cref="Variable"/> names, or below <c>taskvectors</c> in the user's
    /// cache folder (XDG_CACHE_HOME or ~/.cache; the local application data on Windows).
    /// </summary>
    public static string Folder
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            {
                return Path.Combine(Path.GetFullPath(named), "data");
            }

            return Path.Combine(UserCache(), "taskvectors", "data");
        }
    }

    private static string UserCache()
    {
        if (OperatingSystem.IsWindows())
        {
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        }

        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache)
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
