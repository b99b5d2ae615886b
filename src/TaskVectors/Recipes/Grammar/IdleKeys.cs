namespace TaskVectors.Recipes.Grammar;

/// <summary>Keys and parameters that recipes of other tools carry along and that change nothing here, with the reason.</summary>
internal static class IdleKeys
{
    private static readonly (string Name, string Reason)[] Parameters =
    [
        ("int8_mask", "it says how another program keeps masks in memory"),
        ("embed_slerp", "embeddings are merged by the method itself, row by token"),
        ("normalize", "the method has no weights that are divided by their sum"),
    ];

    private static readonly (string Name, string Hint)[] Foreign =
    [
        ("input_model_parameters", "Give each entry of models its own 'parameters'."),
        ("random_seed", "Give --seed on the command line."),
        ("seed", "Give --seed on the command line."),
        ("out_shard_size", "Give --shard-size on the command line."),
        ("experts", "It is of a mixture of experts, which this program does not make."),
        ("experts_per_token", "It is of a mixture of experts, which this program does not make."),
        ("gate_mode", "It is of a mixture of experts, which this program does not make."),
        ("genome", "It is of a search for recipes, which this program does not read."),
    ];

    private static readonly string[] Notes = ["metadata", "license", "tags", "author", "description", "notes", "version", "library_name"];

    /// <summary>Why a slice's <c>residual_weight</c> does nothing.</summary>
    public const string ResidualWeight = "'residual_weight' is not supported and changes nothing.";

    /// <summary>Why a model's <c>override_architecture</c> does nothing.</summary>
    public const string Architecture = "'override_architecture' changes nothing: layers are found by the names of tensors.";

    /// <summary>Why a parameter does nothing under a method that does not declare it; <see langword="null"/> where it is a mistake.</summary>
    public static string? ReasonOf(string parameter) => Array.Find(Parameters, known => known.Name == parameter).Reason;

    /// <summary>What to do instead of a top-level key of another tool, or <see langword="null"/>.</summary>
    public static string? HintFor(string key) => Array.Find(Foreign, known => known.Name == key).Hint is { } hint ? " " + hint
        : Notes.Contains(key) ? $" Keys that begin with '{RecipeGrammar.FreePrefix}' are free for notes: {RecipeGrammar.FreePrefix}{key}."
        : null;
}
