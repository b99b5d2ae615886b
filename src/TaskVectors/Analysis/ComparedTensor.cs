using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>A floating-point tensor that the base and every model have.</summary>
/// <param name="Name">Its name in the base.</param>
/// <param name="Parts">The tensor of the base, then of each model.</param>
internal sealed record ComparedTensor(string Name, IReadOnlyList<TensorInfo> Parts)
{
    public static IReadOnlyList<ComparedTensor> Align(IReadOnlyList<NamedCheckpoint> models, IReadOnlyList<CheckpointSource> sources, TensorFilter filter)
    {
        PlannedInput[] inputs = [.. models.Zip(sources, (model, source) => new PlannedInput(model.Name, source, IsVector: false, Fingerprint: string.Empty))];
        AffineForm form = sources.Skip(1).Aggregate(AffineForm.Of(sources[0], isVector: false), (sum, source) => sum.Add(AffineForm.Of(source, isVector: false)))
            .Scale(filter.ToRules());
        var alignment = new TensorAlignment(form, inputs, EditOptions.Default with { OutputDType = DType.F64 });
        IReadOnlyList<AlignedTensor> aligned = alignment.Align();
        AggregateEditException.ThrowIfAny([.. alignment.Errors()]);
        return
        [
            .. from tensor in aligned
               where tensor.Base.DType.IsArithmetic() && filter.Matches(tensor.Base.Name)
               select new ComparedTensor(tensor.Base.Name, [.. sources.Select((_, input) => tensor.Terms.First(term => term.Input == input).Tensor)]),
        ];
    }
}
