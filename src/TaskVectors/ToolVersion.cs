using System.Reflection;

namespace TaskVectors;

/// <summary>The version of this library, as recorded in the files it writes.</summary>
public static class ToolVersion
{
    /// <summary>The version, such as <c>0.1.0</c>.</summary>
    public static string Current { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
