namespace TaskVectors.Decomposition.Reports;

/// <summary>Names of tensors without the leading and the trailing parts that all of them have.</summary>
internal sealed class TensorLabels
{
    private readonly string _prefix;
    private readonly string _suffix;

    public TensorLabels(IReadOnlyList<string> names)
    {
        string[][] parts = [.. names.Select(name => name.Split('.'))];
        int shortest = parts.Length > 1 ? parts.Min(part => part.Length) : 1;
        int leading = CommonCount(parts, shortest - 1, (part, index) => part[index]);
        int trailing = CommonCount(parts, shortest - 1 - leading, (part, index) => part[^(index + 1)]);
        _prefix = string.Concat(parts.FirstOrDefault([]).Take(leading).Select(part => part + "."));
        _suffix = string.Concat(parts.FirstOrDefault([]).TakeLast(trailing).Select(part => "." + part));
    }

    /// <summary>The short form of one of the names.</summary>
    public string Of(string name) => name[_prefix.Length..^_suffix.Length];

    private static int CommonCount(string[][] parts, int most, Func<string[], int, string> partAt) =>
        Enumerable.Range(0, most).TakeWhile(index => parts.All(part => partAt(part, index) == partAt(parts[0], index))).Count();
}
