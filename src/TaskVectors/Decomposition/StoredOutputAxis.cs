using TaskVectors.Checkpoints;

namespace TaskVectors.Decomposition;

/// <summary>Finds out which dimension of a checkpoint's weights is that of the outputs, where its metadata or its names and shapes say so.</summary>
internal static class StoredOutputAxis
{
    private const string LayoutKey = "layout";
    private const string OutputsLast = "HWIO";
    private const string FusedProjection = "attn.c_attn.weight";

    // The weights of GPT-2 that are stored as [in, out]; its embeddings and heads are [out, in].
    private static readonly string[] TransposedWeights = [".c_attn.weight", ".q_attn.weight", ".c_proj.weight", ".c_fc.weight"];

    /// <summary>
    /// <see cref="OutputAxis.Last"/> where the metadata say <c>layout</c> HWIO or weights have the names and shapes of GPT-2, <see cref="OutputAxis.First"/> else.
    /// </summary>
    public static OutputAxis Of(CheckpointSource source) => IsMarked(source) || IsTransposed(source) ? OutputAxis.Last : OutputAxis.First;

    /// <summary>The axis of each tensor by its name: in GPT-2 it differs between weights and tables.</summary>
    public static Func<string, OutputAxis> OfEach(CheckpointSource source) => Of(source) switch
    {
        OutputAxis.Last when IsMarked(source) => _ => OutputAxis.Last,
        OutputAxis.Last => name => Array.Exists(TransposedWeights, ending => name.EndsWith(ending, StringComparison.Ordinal)) ? OutputAxis.Last : OutputAxis.First,
        _ => _ => OutputAxis.First,
    };

    private static bool IsMarked(CheckpointSource source) => source.Metadata.GetValueOrDefault(LayoutKey) == OutputsLast;

    // The fused projection of queries, keys and values tells: it has three outputs for each input.
    private static bool IsTransposed(CheckpointSource source) => source.Tensors.Any(tensor =>
        tensor.Name.EndsWith(FusedProjection, StringComparison.Ordinal) && tensor.Shape is { Rank: 2 } shape && shape[1] == 3 * shape[0]);
}
