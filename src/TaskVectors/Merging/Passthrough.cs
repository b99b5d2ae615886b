using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;

namespace TaskVectors.Merging;

/// <summary>One model as it is, or scaled: what stacks of layers are made with.</summary>
internal sealed class Passthrough : IMergeMethod
{
    private static readonly NumberParameter Scale = new("scale", "What the tensors are multiplied by.") { Default = 1, IsPerModel = true };

    public string Name => "passthrough";

    public string Summary => "Takes one model as it is, or scaled: for stacking the layers of several.";

    public string Formula => "theta = scale theta_1";

    public string Source => "Kim et al., \"SOLAR 10.7B: Scaling Large Language Models with Simple yet Effective Depth Up-Scaling\", NAACL 2024, for the stacking of layers";

    public int? MaximumVectors => 1;

    public BaseRole Base => BaseRole.Unused;

    public IReadOnlyList<MergeParameter> Parameters => [Scale];

    public MergeKernel CreateKernel(MergeArguments arguments) => new WeightedSumKernel([arguments.Get(Scale, 0)]);
}
