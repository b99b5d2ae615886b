using TaskVectors.Merging.Fusion;
using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging;

/// <summary>Arcee Fusion: takes over the few elements of a second model whose change matters most.</summary>
internal sealed class ArceeFusion : IMergeMethod
{
    public string Name => "arcee_fusion";

    public string Summary => "Takes from the second model the elements whose change stands out, by its size and by how it moves the softmax of its row.";

    public string Formula => "theta = theta_1 where s >= median(s) + 1.5 (q_75(s) - q_25(s)), else theta_0; s = |theta_1 - theta_0| KL(p_1 || p_0), p_i = softmax(theta_i) + 1e-8 along each row (last axis), q the quantiles of s over the tensor";

    public string Source => "Arcee AI, the arcee_fusion method of mergekit, 2025; there is no paper";

    public int MinimumVectors => 2;

    public int? MaximumVectors => 2;

    public BaseRole Base => BaseRole.First;

    public IReadOnlyList<MergeParameter> Parameters => [];

    public MergeKernel CreateKernel(MergeArguments arguments) => new FusionKernel();
}
