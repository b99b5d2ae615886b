using TaskVectors.Execution;
using TaskVectors.Recipes;

namespace TaskVectors.Tests.Recipes;

/// <summary>Recipes with small damage are problems with a place, or recipes; whatever still binds is planned.</summary>
public class RecipeFuzzTests
{
    private static readonly string[] Tokens =
    [
        "\n", "  ", "- ", ": ", "{", "}", "[", "]", ",", "\"", "'", "#", "&a ", "*a", "<<: *a", "|\n", "---\n", "~", "null", "true", "-1", "1e400", ".nan", "0.5",
        "99999999999999999999", "layer_range: [0, 1]", "parameters:", "- filter: mlp\n", "value: [0, 1]", "models:", "slices:", "tokenizer_source: union", "dtype: bfloat16",
        "merge_method: ties", "expression: a", "../", "+", "@", "é", "\u0001", "\ufeff", "!!python/object:os.system",
    ];

    [Fact]
    public void A_damaged_recipe_has_problems_or_a_plan()
    {
        using var folder = new TemporaryFolder();
        string cases = GoldenPath.Of("merge");
        Directory.CreateDirectory(folder["case"]);
        foreach (string models in Directory.EnumerateDirectories(cases).Where(path => !File.Exists(Path.Combine(path, "recipe.yml"))))
        {
            Directory.CreateSymbolicLink(folder[Path.GetFileName(models)], models);
        }

        int planned = 0;
        int broken = 0;
        new Mutations(Directory.EnumerateFiles(cases, "recipe.yml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes), Tokens).ForEach((bytes, round) =>
        {
            File.WriteAllBytes(folder["case/recipe.yml"], bytes);
            var recipe = Recipe.Load(folder["case/recipe.yml"]);
            Assert.All(recipe.Problems, problem => Assert.True(problem.Line > 0 && problem.Column > 0, problem.ToString()));
            if (!recipe.IsValid)
            {
                broken++;
                return;
            }

            try
            {
                _ = recipe.Explain();
                _ = recipe.Plan(new OutputTarget(folder["out"]), EditOptions.Default);
                planned++;
            }
            catch (TaskVectorsException)
            {
                broken++;
            }
        });
        Assert.True(broken > 0 && (planned > 0 || broken < 500), $"{planned} planned, {broken} broken");
    }
}
