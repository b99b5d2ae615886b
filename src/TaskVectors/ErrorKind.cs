using System.Text.Json;

namespace TaskVectors;

/// <summary>The machine-readable kinds of errors.</summary>
internal static class ErrorKind
{
    /// <summary>The area and the error's name in kebab case, such as <c>safetensors.trailing-data</c> or <c>edit.nan</c>.</summary>
    public static string Of<TError>(string area, TError error)
        where TError : struct, Enum =>
        $"{area}.{JsonNamingPolicy.KebabCaseLower.ConvertName(Enum.GetName(error)!.Replace("NaN", "Nan", StringComparison.Ordinal))}";
}
