using TaskVectors.Merging;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Recipes.Binding;

/// <summary>The parameters of all merge methods together.</summary>
internal static class MethodParameters
{
    /// <summary>Every parameter of every method, by method.</summary>
    public static IEnumerable<(IMergeMethod Method, MergeParameter Parameter)> All =>
        from method in MergeMethods.All
        from parameter in method.Parameters
        select (method, parameter);

    /// <summary>Whether some method has a parameter of this name.</summary>
    public static bool IsKnown(string name) => All.Any(pair => pair.Parameter.Name == name);
}
