using System.Collections.Immutable;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Recipes.Documents;

/// <summary>What a run of layers is merged from; a module without slices has one, of whole models.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="Base">The base of this slice, where it is not that of the document.</param>
/// <param name="Sources">What it is merged from.</param>
/// <param name="Parameters">Its parameters.</param>
internal sealed record RecipeSlice(YamlNode Node, RecipeModel? Base, ImmutableArray<RecipeSource> Sources, RecipeParameters Parameters)
{
    /// <summary>The module it belongs to.</summary>
    public required RecipeModule Module { get; init; }

    /// <summary>The number that its first layer has in the result.</summary>
    public int Offset { get; init; }

    /// <summary>Whether it is the first of its module, to which what comes before the layers belongs.</summary>
    public bool IsFirst { get; init; } = true;

    /// <summary>Whether it is the last of its module, to which what comes after the layers belongs.</summary>
    public bool IsLast { get; init; } = true;

    /// <summary>The number of its layers; 0 for whole models.</summary>
    public int LayerCount => Sources is [{ Layers: { } layers }, ..] ? layers.Count : 0;

    /// <summary>Whether a layer of the result is one of its own.</summary>
    public bool Contains(int layer) => layer >= Offset && layer < Offset + LayerCount;

    /// <summary>The slices of a module, each with its place.</summary>
    public static ImmutableArray<RecipeSlice> Stack(ImmutableArray<RecipeSlice> slices)
    {
        ImmutableArray<RecipeSlice>.Builder stacked = ImmutableArray.CreateBuilder<RecipeSlice>(slices.Length);
        int offset = 0;
        for (int index = 0; index < slices.Length; index++)
        {
            stacked.Add(slices[index] with { Offset = offset, IsFirst = index == 0, IsLast = index == slices.Length - 1 });
            offset += slices[index].LayerCount;
        }

        return stacked.MoveToImmutable();
    }
}
