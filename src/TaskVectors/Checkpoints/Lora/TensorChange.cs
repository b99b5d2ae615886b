using TaskVectors.Tensors;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// What an adapter does to one tensor W of the base. With V = W_copy or W where there is no full copy, and D = s B A: the adapted tensor is
/// V + D, with DoRA m (V + D) / ||V + D||, and the change is that minus W. Without copy and magnitudes the change is D, whatever the base.
/// </summary>
internal sealed record TensorChange
{
    /// <summary>The name of the base's tensor.</summary>
    public required string Name { get; init; }

    /// <summary>The factors of D.</summary>
    public LoraModule? Module { get; init; }

    /// <summary>The magnitudes m of DoRA, one a channel.</summary>
    public TensorInfo? Magnitude { get; init; }

    /// <summary>A full copy that takes the place of W.</summary>
    public TensorInfo? Copy { get; init; }

    /// <summary>A copy of the base's own tensor: no change, unless the base bound to has other values.</summary>
    public TensorInfo? BaseCopy { get; init; }

    /// <summary>A bias of B, which is added times <see cref="AdditionScale"/>.</summary>
    public TensorInfo? Addition { get; init; }

    /// <summary>The scale of <see cref="Addition"/>.</summary>
    public double AdditionScale { get; init; }

    /// <summary>The base's tensor, once bound.</summary>
    public TensorInfo? Base { get; init; }

    /// <summary>Whether the change can only be computed beside the base.</summary>
    public bool NeedsBase => Copy is not null || Magnitude is not null;

    /// <summary>Whether the change is exactly the product of the factors.</summary>
    public bool IsLowRank => Module is not null && !NeedsBase && Addition is null;

    /// <summary>The shape as the adapter alone tells it.</summary>
    public TensorShape Shape => Module?.WeightShape ?? (Copy ?? Addition!).Shape;

    /// <summary>The tensor that names the change in messages.</summary>
    public TensorInfo Witness => Module?.A ?? Copy ?? Addition!;

    /// <summary>Whether any of the tensors is stored in binary64.</summary>
    public bool IsDouble => new[] { Module?.A, Module?.B, Copy, Addition, Magnitude }.Any(tensor => tensor?.DType == DType.F64);

    /// <summary>The number of DoRA's channels.</summary>
    public long Channels => Module!.Outputs;
}
