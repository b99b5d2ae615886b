using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Analysis;

/// <summary>A floating-point tensor of the base with those of the models that go with it.</summary>
/// <param name="Name">Its name in the base.</param>
/// <param name="Parts">
/// The tensor of the base, then of each model: weights of a checkpoint, differences of a task vector, <see langword="null"/> where the difference
/// is zero because the model has no such tensor.
/// </param>
internal sealed record ComparedTensor(string Name, IReadOnlyList<TensorInfo?> Parts)
{
    /// <summary>The tensor of the base.</summary>
    public TensorInfo Base => Parts[0]!;

    public static IReadOnlyList<ComparedTensor> Align(IReadOnlyList<PlannedInput> inputs, AnalysisOptions options)
    {
        AffineForm form = inputs.Skip(1)
            .Aggregate(AffineForm.Of(inputs[0].Source, isVector: false), (sum, input) => sum.Add(AffineForm.Of(input.Source, input.IsVector)))
            .Scale(options.Filter.ToRules());
        var alignment = new TensorAlignment(form, inputs, EditOptions.Default with { OutputDType = DType.F64, Missing = options.Missing });
        IReadOnlyList<AlignedTensor> aligned = alignment.Align();
        alignment.ApplyMissingPolicy();
        AggregateEditException.ThrowIfAny([.. alignment.Errors()]);
        return
        [
            .. from tensor in aligned
               where tensor.Base.DType.IsArithmetic() && options.Filter.Matches(tensor.Base.Name)
               select new ComparedTensor(tensor.Base.Name, [.. inputs.Select((_, input) => PartOf(tensor, input))]),
        ];
    }

    private static TensorInfo? PartOf(AlignedTensor tensor, int input) =>
        input == 0 ? tensor.Base : tensor.Terms.FirstOrDefault(term => term.Input == input)?.Tensor;
}
