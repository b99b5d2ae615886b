using System.Collections.Immutable;
using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;

namespace TaskVectors.Recipes.Modules;

/// <summary>A module of a recipe with the tensors that it means.</summary>
/// <param name="Recipe">The module as the recipe has it.</param>
/// <param name="Prefixes">What the names of its tensors begin with; empty for the one that takes the rest.</param>
/// <param name="Known">What the table says of it, or of the one that it is a part of; <see langword="null"/> where it says nothing.</param>
internal sealed record MappedModule(RecipeModule Recipe, ImmutableArray<string> Prefixes, ArchitectureModule? Known);
