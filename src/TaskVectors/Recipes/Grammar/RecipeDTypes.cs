using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Grammar;

/// <summary>The names that recipes give to dtypes.</summary>
internal static class RecipeDTypes
{
    private const string Prefix = "torch.";

    private static readonly (string Name, DType DType)[] Table =
    [
        ("float32", DType.F32),
        ("bfloat16", DType.BF16),
        ("float16", DType.F16),
        ("float64", DType.F64),
        ("float8_e4m3fn", DType.F8_E4M3),
        ("float8_e5m2", DType.F8_E5M2),
    ];

    // What people write, and what it is called.
    private static readonly (string Short, string Name)[] Shortened =
        [("bf16", "bfloat16"), ("fp16", "float16"), ("f16", "float16"), ("half", "float16"), ("fp32", "float32"), ("f32", "float32"), ("float", "float32"), ("fp64", "float64"), ("f64", "float64"), ("float8", "float8_e4m3fn")];

    /// <summary>The names, the most usual first.</summary>
    public static IEnumerable<string> Names => Table.Select(row => row.Name);

    /// <summary>The dtype of a name, with or without <c>torch.</c> before it.</summary>
    public static DType? Find(string name)
    {
        string known = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
        return Array.Find(Table, row => row.Name == known) is { Name: not null } found ? found.DType : null;
    }

    /// <summary>A question that suggests the name meant, or nothing.</summary>
    public static string Question(string name) =>
        Array.Find(Shortened, row => row.Short.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Name: { } meant }
            ? $" Did you mean '{meant}'?"
            : SimilarNames.Question(name, Names);

    /// <summary>Whether a name is of integers or truth values.</summary>
    public static bool IsWhole(string name) =>
        name.StartsWith("int", StringComparison.Ordinal) || name.StartsWith("uint", StringComparison.Ordinal) || name.StartsWith("bool", StringComparison.Ordinal);
}
