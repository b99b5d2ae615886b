namespace TaskVectors.Recipes.Explaining;

/// <summary>A module of a recipe as the result has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tensors">The number of its tensors.</param>
/// <param name="LayerCount">The number of its layers; <see langword="null"/> where they are in no single stack.</param>
public sealed record ExplainedModule(string Name, int Tensors, int? LayerCount);
