using TaskVectors.Merging.Kernels;
using TaskVectors.Merging.Knots;
using TaskVectors.Merging.Orientation;
using TaskVectors.Merging.Parameters;

namespace TaskVectors.Merging;

/// <summary>KnOTS: another merge rule, applied where the tasks of a layer share an orthonormal basis.</summary>
internal sealed class KnOts : IMergeMethod
{
    private static readonly ChoiceParameter<KnotsInner> Inner = new("inner", "The rule that merges the rotated tasks: linear adds them, ties trims, elects signs and merges what agrees.", KnotsInner.Ties);

    private static readonly NumberParameter Density = new("density", "The share of entries of each rotated task that ties keeps, those of largest magnitude over the whole model; 1 trims nothing.")
    {
        Default = 0.2,
        Minimum = 0,
        Maximum = 1,
        IsMinimumExcluded = true,
    };

    private static readonly ChoiceParameter<KnotsAggregate> Aggregate = new("aggregate", "How the entries kept become one: their mean over the tasks that have them, or their sum.", KnotsAggregate.Mean);

    private static readonly NumberParameter Scale = new("scale", "Scales the merged task vector.") { Default = 1 };

    private static readonly NumberParameter Tolerance = new("tolerance", "Directions whose singular value is no more than this are dropped; absolute, in the units of the weights.")
    {
        Default = 1e-5,
        Minimum = 0,
    };

    public string Name => "knots";

    public string Summary => "Rotates the task vectors of each layer into a common basis and merges them there, by addition or by TIES.";

    public string Formula => "tau = scale U m(S V_1^T ... S V_T^T), U S [V_1^T ... V_T^T] = [tau_1 ... tau_T], m the inner rule";

    public string Source => "Stoica et al., \"Model merging with SVD to tie the Knots\", ICLR 2025";

    public IReadOnlyList<MergeParameter> Parameters => [Inner, Density, Aggregate, Scale, Tolerance, OutputAxisParameter.OutputAxis];

    public MergeKernel CreateKernel(MergeArguments arguments) => arguments.Get(Inner) == KnotsInner.Linear
        ? new LinearKnotsKernel(arguments.Get(Aggregate), arguments.Get(Scale))
        : new OutputsFirstKernel(
            new TiesKnotsKernel(arguments.Get(Density), arguments.Get(Aggregate), arguments.Get(Scale), arguments.Get(Tolerance), arguments.VectorCount),
            arguments.Get(OutputAxisParameter.OutputAxis));
}
