using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Parameters;
using TaskVectors.Merging.Sums;
using TaskVectors.Merging.Trimming;

namespace TaskVectors.Merging;

/// <summary>The weighted sum of task vectors.</summary>
internal sealed class TaskArithmetic : IMergeMethod
{
    public string Name => "task_arithmetic";

    public string Summary => "Adds task vectors, each with its weight.";

    public string Formula => "tau = lambda sum_t weight_t tau_t, divided by sum_t weight_t where normalize is true";

    public string Source => "Ilharco et al., \"Editing Models with Task Arithmetic\", ICLR 2023, section 2";

    public IReadOnlyList<MergeParameter> Parameters => [SumParameters.Weight, SumParameters.Lambda, SumParameters.NormalizeOff, SumParameters.Int8Mask];

    public MergeKernel CreateKernel(MergeArguments arguments) =>
        new NoTrimming().CreateKernel(new VectorSum(this, arguments, elects: false, arguments.Get(SumParameters.NormalizeOff)));
}
