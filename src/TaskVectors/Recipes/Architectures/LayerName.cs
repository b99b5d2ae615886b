namespace TaskVectors.Recipes.Architectures;

/// <summary>The name of a tensor of a layer, taken apart.</summary>
/// <param name="Stack">What stands before the layer's number.</param>
/// <param name="Layer">The number.</param>
/// <param name="Rest">What stands after it.</param>
internal readonly record struct LayerName(string Stack, int Layer, string Rest)
{
    /// <summary>The name of the same tensor in another layer.</summary>
    public string At(int layer) => FormattableString.Invariant($"{Stack}.{layer}.{Rest}");
}
