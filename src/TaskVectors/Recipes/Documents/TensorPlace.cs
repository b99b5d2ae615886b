namespace TaskVectors.Recipes.Documents;

/// <summary>A tensor of the result as parameters see it.</summary>
/// <param name="Name">Its name in the result.</param>
/// <param name="Slice">The slice it belongs to: the first of its module for what comes before the layers, the last for what comes after them.</param>
/// <param name="Layer">Its layer within the slice, or <see langword="null"/> outside the layers.</param>
/// <param name="Depth">How deep in the slice, from 0 to 1: layer k of n has k/(n-1), a single layer has 1, and what is in no layer has 0.</param>
internal sealed record TensorPlace(string Name, int Slice, int? Layer, double Depth);
