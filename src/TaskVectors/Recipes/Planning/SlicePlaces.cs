using System.Collections.Immutable;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Tensors;

namespace TaskVectors.Recipes.Planning;

/// <summary>Where the tensors of a result lie: in which slice, and how deep in it.</summary>
internal static class SlicePlaces
{
    /// <summary>The places of the tensors of a merge of whole models.</summary>
    public static Dictionary<string, TensorPlace> OfWhole(IEnumerable<TensorInfo> tensors, ModelLayout layout) =>
        tensors.ToDictionary(tensor => tensor.Name, tensor => OfWhole(tensor.Name, layout), StringComparer.Ordinal);

    /// <summary>The places of the tensors of stacked slices.</summary>
    /// <param name="tensors">The tensors of the result.</param>
    /// <param name="layout">How they lie over the depth of the result.</param>
    /// <param name="spans">The layers of each slice.</param>
    public static Dictionary<string, TensorPlace> OfSlices(IEnumerable<TensorInfo> tensors, ModelLayout layout, ImmutableArray<SliceSpan> spans) =>
        tensors.ToDictionary(tensor => tensor.Name, tensor => OfSlices(tensor.Name, layout, spans), StringComparer.Ordinal);

    private static TensorPlace OfWhole(string name, ModelLayout layout) =>
        layout.Parse(name) is { } parsed
            ? new TensorPlace(name, 0, parsed.Layer, Depth(parsed.Layer, layout.Stacks[parsed.Stack]))
            : new TensorPlace(name, 0, null, 0);

    private static TensorPlace OfSlices(string name, ModelLayout layout, ImmutableArray<SliceSpan> spans)
    {
        if (layout.Parse(name) is not { } parsed)
        {
            return new TensorPlace(name, ModelLayout.IsBeforeLayers(name) ? 0 : spans.Length - 1, null, 0);
        }

        int slice = Enumerable.Range(0, spans.Length).First(index => spans[index].Contains(parsed.Layer));
        int layer = parsed.Layer - spans[slice].First;
        return new TensorPlace(name, slice, layer, Depth(layer, spans[slice].Count));
    }

    private static double Depth(int layer, int count) => count > 1 ? (double)layer / (count - 1) : 1;
}
