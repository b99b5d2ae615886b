using TaskVectors.Algebra;

namespace TaskVectors.Models.Training.Lora;

/// <summary>
/// Low-rank adapters that are trained in place of the weights: W + s B A with B A of rank r (Hu et al., "LoRA: Low-Rank Adaptation of Large Language
/// Models", ICLR 2022).
/// </summary>
/// <remarks>A begins with normal numbers of mean 0 and variance 1 / in, B with zeros, so that training begins at the model itself. There is no dropout.</remarks>
public sealed record LoraOptions
{
    /// <summary>The rank r, at least 1 and at most the smaller dimension of every matrix.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>alpha; s = alpha / r.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>Whether s = alpha / sqrt(r) (Kalajdzievski, "A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA", 2023).</summary>
    public bool UsesRankStabilisedScale { get; init; }

    /// <summary>The weights that get an adapter, by name: matrices that map vectors. A pattern that fits none is an error.</summary>
    public required TensorFilter Targets { get; init; }

    /// <summary>Determines A, with the name of the weight: another adapter with the same seed begins with the same A.</summary>
    public ulong Seed { get; init; }

    /// <summary>s.</summary>
    public double Scale => Alpha / (UsesRankStabilisedScale ? Math.Sqrt(Rank) : Rank);
}
