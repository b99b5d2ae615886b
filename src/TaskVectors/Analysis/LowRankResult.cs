using TaskVectors.Checkpoints.Lora;

namespace TaskVectors.Analysis;

/// <summary>Factors extracted from a task vector; <see cref="LoraWriter"/> writes them as an adapter.</summary>
/// <param name="Factors">The factors, in the storage order of the base.</param>
/// <param name="Errors">What each lost, in the same order.</param>
/// <param name="Saved">Full copies of fine-tuned tensors.</param>
/// <param name="LeftOut">Tensors that differ from the base and are neither: biases, norms and what the filter leaves out.</param>
/// <param name="Fallbacks">What did not converge and was computed in another way; empty as a rule.</param>
public sealed record LowRankResult(
    IReadOnlyList<LowRankTensor> Factors,
    IReadOnlyList<LowRankError> Errors,
    IReadOnlyList<SavedTensor> Saved,
    IReadOnlyList<LeftOutTensor> LeftOut,
    IReadOnlyList<string> Fallbacks)
{
    /// <summary>What a user may want to know, such as that some matrices are smaller than the rank asked for.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>||W - B A|| / ||W|| over all matrices with factors; 0 where there is nothing to lose.</summary>
    public double RelativeError => Ratio(FactorLoss, Errors.Sum(error => error.Norm * error.Norm));

    /// <summary>
    /// ||tau - adapter|| / ||tau|| over the whole task vector but the full copies, which lose nothing: what was left out counts as lost.
    /// </summary>
    public double TotalRelativeError
    {
        get
        {
            double leftOut = LeftOut.Sum(tensor => tensor.Norm * tensor.Norm);
            return Ratio(FactorLoss + leftOut, Errors.Sum(error => error.Norm * error.Norm) + leftOut);
        }
    }

    private double FactorLoss => Errors.Sum(error => error.Error * error.Error);

    private static double Ratio(double lost, double whole) => whole > 0 ? Math.Sqrt(lost / whole) : 0;
}
