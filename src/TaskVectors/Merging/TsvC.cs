using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Spectral;

namespace TaskVectors.Merging;

/// <summary>TSV-Compress: the leading singular triplets of one task vector.</summary>
internal sealed class TsvC : IMergeMethod
{
    private static readonly NumberParameter RankFraction = new("rank_fraction", "How many singular triplets are kept: the integer part of this fraction of the smaller side; 1/T for each of T tasks in the paper.")
    {
        Minimum = 0,
        Maximum = 1,
        IsMinimumExcluded = true,
    };

    public string Name => "tsvc";

    public string Summary => "Compresses one task vector to a fraction of its singular triplets.";

    public string Formula => "tau = the leading rank_fraction min(m, n) triplets of U diag(s) V^T = tau_1";

    public string Source => "Gargiulo et al., \"Task Singular Vectors: Reducing Task Interference in Model Merging\", CVPR 2025";

    public int? MaximumVectors => 1;

    public IReadOnlyList<MergeParameter> Parameters => [RankFraction];

    public MergeKernel CreateKernel(MergeArguments arguments)
    {
        double fraction = arguments.Get(RankFraction);
        return new TruncationKernel(smallerSide => (int)(smallerSide * fraction));
    }
}
