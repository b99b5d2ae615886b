using TaskVectors.Decomposition.Ranks;

namespace TaskVectors.Decomposition;

/// <summary>What keeps the tensors of a plan from being decomposed.</summary>
internal sealed class TensorChecks(
    DecompositionInput @base, IReadOnlyList<DecompositionInput> tasks, PlannedDecomposition[] tensors, DecompositionOptions options)
{
    private readonly PlannedDecomposition[] _matrices = [.. tensors.Where(tensor => tensor.Treatment == TensorTreatment.Decompose)];

    public IEnumerable<DecompositionException> Errors() =>
        [.. CheckCount(), .. CheckFactors(), .. CheckRank("rank", options.Subspace.Rank), .. CheckRank("unique rank", options.UniqueRank), .. CheckMemory()];

    private IEnumerable<DecompositionException> CheckCount()
    {
        if (_matrices.Length == 0)
        {
            yield return new DecompositionException(
                DecompositionError.NothingToDecompose,
                $"No matrix of '{@base.Source.Path}' is left to decompose; widen --include, or leave it out.");
        }
    }

    private IEnumerable<DecompositionException> CheckFactors()
    {
        if (options.Subspace.Rank is LoraRank && _matrices.FirstOrDefault(tensor => tensor.FactorRanks.Any(rank => rank is null)) is { } dense)
        {
            string name = tasks[dense.FactorRanks.TakeWhile(rank => rank is not null).Count()].Name;
            yield return new DecompositionException(
                DecompositionError.InvalidOption,
                $"The rank rule 'lora' needs adapters, and the task vector of '{name}' has no factors for '{dense.Base.Name}'; "
                + "choose rank:R or fraction:F.")
            { Tensor = dense.Base.Name };
        }
    }

    // A space of as many dimensions as there are holds everything.
    private IEnumerable<DecompositionException> CheckRank(string option, RankRule? rule)
    {
        if (rule is FixedRank { Rank: var rank } && _matrices.FirstOrDefault(tensor => rank > Smaller(tensor)) is { } small)
        {
            yield return new DecompositionException(
                DecompositionError.InvalidOption,
                $"The {option} is {rank}, and the matrix '{small.Base.Name}' {small.Base.Shape} has rank {Smaller(small)} at most; "
                + "choose a smaller one or fraction:F, or leave the tensor out with --exclude.")
            { Tensor = small.Base.Name };
        }
    }

    private IEnumerable<DecompositionException> CheckMemory()
    {
        foreach (PlannedDecomposition tensor in tensors.Where(tensor => tensor.WorkingBytes > options.Memory))
        {
            string needed = tensor.WorkingBytes == long.MaxValue ? "more than a matrix can have" : ByteSize.Format(tensor.WorkingBytes);
            yield return new DecompositionException(
                DecompositionError.OutOfMemory,
                $"'{tensor.Base.Name}' {tensor.Base.Shape} needs {needed} of memory to be decomposed and the budget is "
                + $"{ByteSize.Format(options.Memory)}; raise --memory, or leave it out with --exclude.")
            { Tensor = tensor.Base.Name };
        }
    }

    private static int Smaller(PlannedDecomposition tensor) => tensor.Rows == 0 ? int.MaxValue : Math.Min(tensor.Rows, tensor.Columns);
}
