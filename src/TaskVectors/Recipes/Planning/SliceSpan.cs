namespace TaskVectors.Recipes.Planning;

/// <summary>The layers of the result that a slice makes.</summary>
/// <param name="First">The number of its first layer.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct SliceSpan(int First, int Count)
{
    public bool Contains(int layer) => layer >= First && layer < First + Count;
}
