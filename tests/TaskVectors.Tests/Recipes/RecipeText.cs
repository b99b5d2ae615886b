using TaskVectors.Algebra;
using TaskVectors.Execution;
using TaskVectors.Recipes;

namespace TaskVectors.Tests.Recipes;

/// <summary>Recipes as text, in a folder with the models that they name.</summary>
internal static class RecipeText
{
    public static Recipe Load(TemporaryFolder folder, string text)
    {
        File.WriteAllText(folder["recipe.yml"], text);
        return Recipe.Load(folder["recipe.yml"]);
    }

    /// <summary>Merges by a recipe in which nothing is to be said against, not even a warning.</summary>
    public static async Task<Checkpoint> MergeAsync(TemporaryFolder folder, string text, EditOptions? options = null)
    {
        Recipe recipe = Load(folder, text);
        Assert.Empty(recipe.Problems);
        _ = await EditExecutor.RunAsync(recipe.Plan(new OutputTarget(folder["out"]), options ?? EditOptions.Default));
        return Checkpoint.Open(folder["out"]);
    }
}
