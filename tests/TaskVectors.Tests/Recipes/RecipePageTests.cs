using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Grammar;

namespace TaskVectors.Tests.Recipes;

/// <summary>The guide's tables of keys are the declarations that recipes are bound by.</summary>
public class RecipePageTests
{
    public static TheoryData<string> Objects => [.. RecipeGrammar.Objects.Select(part => part.Name)];

    [Theory]
    [MemberData(nameof(Objects))]
    public void The_keys_of_a_mapping_are_listed_as_they_are_declared(string name)
    {
        RecipeObject part = RecipeGrammar.Objects.First(candidate => candidate.Name == name);
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "recipes.md"));
        int heading = Array.IndexOf(lines, $"### {part.Title}");
        Assert.True(heading >= 0, $"There is no '### {part.Title}'.");
        string[] expected = ["| key | value | meaning |", "|---|---|---|", .. part.Keys.Select(key => $"| `{key.Name}` | {TextOf(key.Type)} | {(key.IsOwn ? "*Own.* " : string.Empty)}{key.Meaning} |")];
        Assert.Equal(expected, lines[(heading + 1)..].SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')));
    }

    [Fact]
    public void The_families_with_modules_are_listed_as_the_table_has_them()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "recipes.md"));
        IEnumerable<string> expected = ArchitectureFamilies.OfSeveralParts.Select(family => $"| {Listed(family.ModelTypes)} | {Listed(family.Modules.Select(module => module.Name))} |");
        Assert.Equal(expected, lines.SkipWhile(line => line != "| `model_type` | modules |").Skip(2).TakeWhile(line => line.StartsWith('|')));

        static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));
    }

    private static string TextOf(RecipeType type) => type switch
    {
        RecipeType.Text => "text",
        RecipeType.Integer => "whole number",
        RecipeType.Truth => "true or false",
        RecipeType.Word word => string.Join(", ", word.Words),
        RecipeType.Model => "model",
        RecipeType.Setting => "value",
        RecipeType.Parameters => "parameters",
        RecipeType.List { Length: { } length } list => $"{length} of: {TextOf(list.Item)}",
        RecipeType.List list => $"list of: {TextOf(list.Item)}",
        RecipeType.Map map => $"names to: {TextOf(map.Value)}",
        RecipeType.Object part => RecipeGrammar.Objects.First(candidate => candidate.Name == part.Name).Title.ToLowerInvariant(),
        RecipeType.Any any => string.Join(" or ", any.Types.Select(TextOf)),
        _ => throw new InvalidOperationException(),
    };
}
