using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>A module of an adapter that is written: everything but the values of its factors.</summary>
/// <param name="Name">The name of the base's tensor.</param>
/// <param name="Kind">How the factors lie in the weight.</param>
/// <param name="Shape">The shape of the weight.</param>
/// <param name="Rank">The rank r of the factors.</param>
/// <param name="Scale">The scale s.</param>
internal sealed record AdapterModule(string Name, LoraLayerKind Kind, TensorShape Shape, int Rank, double Scale)
{
    private const string WeightEnding = ".weight";

    /// <summary>The name of the module: that of the weight without its ending.</summary>
    public string Module => Name[..^WeightEnding.Length];

    /// <summary>alpha = s r.</summary>
    public double Alpha => Scale * Rank;

    /// <summary>Whether PEFT's factors are those of the transposed weight.</summary>
    public bool IsTransposed => Kind is LoraLayerKind.TransposedLinear or LoraLayerKind.Embedding;

    /// <summary>What keeps the module out of an adapter, as the end of a sentence; <see langword="null"/> where nothing does.</summary>
    public string? Obstacle =>
        !Name.EndsWith(WeightEnding, StringComparison.Ordinal) || Name.Length == WeightEnding.Length
            ? "an adapter changes weights of modules, whose names end in '.weight'"
        : Shape.Rank < 2 || (Shape.Rank > 2) != (Kind == LoraLayerKind.Convolution)
            ? $"its shape {Shape} and kind {Kind} do not fit"
        : !double.IsFinite(Alpha) ? "its scale is too large"
        : null;

    /// <summary>The module of a tensor with its factors.</summary>
    public static AdapterModule Of(LowRankTensor tensor) => new(
        tensor.Name,
        tensor.Kind,
        tensor.Shape ?? new TensorShape(tensor.Factors.Rows, tensor.Factors.Columns),
        tensor.Factors.Rank,
        tensor.Factors.Scale);

    /// <summary>
    /// The kind of a weight, by its shape and, for a table of embeddings, by the name of its module; <see langword="null"/> where PEFT has
    /// none for it: kernels with the outputs last.
    /// </summary>
    /// <param name="name">The name of the weight.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="hasOutputsLast">Whether weights are stored as [in, out].</param>
    public static LoraLayerKind? KindOf(string name, TensorShape shape, bool hasOutputsLast) =>
        shape.Rank > 2 ? hasOutputsLast ? null : LoraLayerKind.Convolution
        : IsEmbedding(name) ? LoraLayerKind.Embedding
        : hasOutputsLast ? LoraLayerKind.TransposedLinear
        : LoraLayerKind.Linear;

    /// <summary>The tensor of A: [r, in], of a convolution [r, in, ...].</summary>
    public TensorInfo TensorOfA(DType dtype) => new(
        Prefix + (Kind == LoraLayerKind.Embedding ? ".lora_embedding_A" : ".lora_A.weight"),
        dtype,
        new TensorShape([Rank, .. IsTransposed ? Shape.Dimensions[..1] : Shape.Dimensions[1..]]));

    /// <summary>The tensor of B: [out, r], of a convolution [out, r, 1, ...].</summary>
    public TensorInfo TensorOfB(DType dtype) => new(
        Prefix + (Kind == LoraLayerKind.Embedding ? ".lora_embedding_B" : ".lora_B.weight"),
        dtype,
        new TensorShape([IsTransposed ? Shape[1] : Shape[0], Rank, .. Enumerable.Repeat(1L, Shape.Rank - 2)]));

    /// <summary>The factors as PEFT stores them.</summary>
    /// <param name="factors">The factors in the layout of the weight.</param>
    public LowRankFactors Oriented(LowRankFactors factors) => IsTransposed ? factors.Transpose() : factors;

    private string Prefix => LoraConstants.NamePrefix + Module;

    private static bool IsEmbedding(string name)
    {
        string[] parts = name.Split('.');
        string own = parts.Length > 1 ? parts[^2] : string.Empty;
        return own is "wte" or "wpe" or "shared" || own.Contains("embed", StringComparison.OrdinalIgnoreCase);
    }
}
