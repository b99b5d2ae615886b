using TaskVectors.Algebra;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Planning;

/// <summary>The dtype that a result has where its models' tensors differ in theirs and the recipe names none.</summary>
internal static class CommonDType
{
    /// <summary>F32, or F64 where some tensor has it; <see langword="null"/> where all tensors that stand in one place, whatever the layer, agree.</summary>
    public static DType? Of(IReadOnlyList<Checkpoint> views)
    {
        TensorInfo[] tensors = [.. views.SelectMany(view => view.Tensors).Where(tensor => tensor.DType.IsArithmetic())];
        bool agree = tensors.GroupBy(PlaceOf).All(same => same.DistinctBy(tensor => tensor.DType).Count() == 1);
        return agree ? null
            : tensors.Any(tensor => tensor.DType == DType.F64) ? DType.F64
            : DType.F32;

        (string, string) PlaceOf(TensorInfo tensor) => ModelLayout.Parse(tensor.Name) is { } name ? (name.Stack, name.Rest) : (tensor.Name, string.Empty);
    }
}
