using TaskVectors.Checkpoints.Lora;

namespace TaskVectors.Analysis;

/// <summary>Factors extracted from a task vector; <see cref="LoraWriter"/> writes them as an adapter.</summary>
/// <param name="Factors">The factors, in the storage order of the base.</param>
/// <param name="Errors">What each lost, in the same order.</param>
/// <param name="LeftOut">Tensors that have no factors: biases, norms and tensors that are no weights of modules.</param>
public sealed record LowRankResult(IReadOnlyList<LowRankTensor> Factors, IReadOnlyList<LowRankError> Errors, IReadOnlyList<string> LeftOut)
{
    /// <summary>||W - B A|| / ||W|| over all matrices; 0 where there is nothing to lose.</summary>
    public double RelativeError
    {
        get
        {
            double norm = Math.Sqrt(Errors.Sum(error => error.Norm * error.Norm));
            return norm > 0 ? Math.Sqrt(Errors.Sum(error => error.Error * error.Error)) / norm : 0;
        }
    }
}
