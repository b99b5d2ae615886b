using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>The best approximation of one task vector by matrices of a rank.</summary>
internal sealed class Truncate : IMergeMethod
{
    private static readonly IntegerParameter Rank = new("rank", "The rank r of every matrix.") { Minimum = 0 };

    public string Name => "truncate";

    public string Summary => "Replaces every matrix of one task vector by its best approximation of a rank.";

    public string Formula => "tau = sum over i = 1 ... r of s_i u_i v_i^T, U diag(s) V^T = tau_1";

    public string Source => "Eckart and Young, \"The Approximation of One Matrix by Another of Lower Rank\", Psychometrika 1(3), 1936";

    public int? MaximumVectors => 1;

    public IReadOnlyList<MergeParameter> Parameters => [Rank];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        int rank = arguments.Get(Rank);
        return new TruncationKernel(smallerSide => Math.Min(rank, smallerSide));
    }
}
