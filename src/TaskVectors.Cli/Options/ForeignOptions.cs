namespace TaskVectors.Cli.Options;

/// <summary>What the options of mergekit-yaml are here, for those who type them out of habit.</summary>
internal static class ForeignOptions
{
    private const string Always = "That is always so here; leave it out.";
    private const string NotNeeded = "It is not needed here: weights are read in tiles, and '--memory' sets how much memory they take.";

    private static readonly (string Name, string Hint)[] Known =
    [
        ("--out-shard-size", "Give --shard-size, in bytes."),
        ("--random-seed", "Give --seed."),
        ("--allow-crimes", "It is not needed here: architectures that differ are a warning where their layers have the same tensors."),
        ("--copy-tokenizer", Always),
        ("--write-model-card", Always),
        ("--safe-serialization", Always),
        ("--lazy-unpickle", NotNeeded),
        ("--low-cpu-memory", NotNeeded),
        ("--read-to-gpu", NotNeeded),
        ("--clone-tensors", "It is not needed here: a layer that is stacked twice is written twice."),
        ("--lora-merge-cache", "It is not needed here: MODEL+ADAPTER is added while it is read."),
        ("--cuda", "Merges run on the CPU; '--threads' says on how much of it."),
        ("--multi-gpu", "Merges run on the CPU; '--threads' says on how much of it."),
        ("--trust-remote-code", "No code of a model is ever run here; leave it out."),
        ("--transformers-cache", "Models are named by their paths."),
        ("--unsafe-truncate-embeddings", "Set tokenizer_source in the recipe, which merges rows by token."),
    ];

    /// <summary>What to do instead of an option of that program, or <see langword="null"/> where it is none.</summary>
    /// <param name="option">The option as it is typed.</param>
    public static string? HintFor(string option) => Array.Find(Known, known => known.Name == option.Split('=')[0]).Hint;
}
