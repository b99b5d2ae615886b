using System.Text.Json.Nodes;
using TaskVectors.Execution;
using TaskVectors.Recipes;

namespace TaskVectors.Tests.Recipes;

/// <summary>
/// A collection of recipes with a mistake: each is reported as severely as it deserves, on its line, in words that say what is wrong, and nothing is
/// written. Many of them pass silently elsewhere, or fail halfway.
/// </summary>
public class BadRecipeTests
{
    public static TheoryData<string> Cases => [.. Directory.EnumerateFiles(GoldenPath.Of("recipes-bad"), "*.yml").Order(StringComparer.Ordinal).Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mistake_is_reported_where_it_is_and_in_words_that_name_it(string name)
    {
        JsonObject wanted = Description(name);
        Recipe recipe = Load(name, isStrict: false);
        RecipeSeverity severity = wanted["severity"]!.GetValue<string>() == "warning" ? RecipeSeverity.Warning : RecipeSeverity.Error;
        int line = wanted["line"]!.GetValue<int>();
        string[] words = [.. wanted["must_mention"]!.AsArray().Select(word => word!.GetValue<string>())];

        string report = string.Join('\n', recipe.Problems);
        Assert.True(recipe.Problems.Any(problem => problem.Severity == severity && problem.Line == line), report);
        Assert.All(words, word => Assert.Contains(word, report, StringComparison.OrdinalIgnoreCase));
        Assert.All(AlsoOnLines(wanted), other => Assert.Contains(recipe.Problems, problem => problem.Line == other));
        Assert.Equal(severity == RecipeSeverity.Warning, recipe.IsValid);
        Assert.False(Load(name, isStrict: true).IsValid);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_recipe_with_mistakes_is_not_planned_and_leaves_nothing_behind(string name)
    {
        using var folder = new TemporaryFolder();
        Recipe strict = Load(name, isStrict: true);
        var target = new OutputTarget(folder["out"]);
        Exception failure = Record.Exception(() => strict.Plan(target, EditOptions.Default));
        IReadOnlyList<TaskVectorsException> errors = failure is AggregateEditException several ? several.Errors : [Assert.IsType<RecipeException>(failure)];
        Assert.Equal(strict.Problems.Count, errors.Count);
        Assert.All(errors, error => Assert.Equal(ErrorCategory.BadInput, error.Category));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("alias-recursive")]
    [InlineData("alias-undefined")]
    [InlineData("filter-without-value")]
    [InlineData("gradient-empty")]
    [InlineData("gradient-mixed-with-filters")]
    [InlineData("multi-cycle")]
    [InlineData("multi-duplicate-name")]
    [InlineData("python-tag")]
    [InlineData("weight-infinite")]
    public void What_follows_from_a_mistake_is_not_reported_too(string name) => Assert.Single(Load(name, isStrict: false).Problems);

    [Theory]
    [InlineData("method-unknown", "Did you mean 'ties'?")]
    [InlineData("multi-unknown-name", "Did you mean the document 'one'?")]
    [InlineData("filter-matches-nothing", "Did you mean 'self_attn'?")]
    [InlineData("density-above-one", "must be a number in [0, 1]; got '50'. Did you mean 0.5?")]
    [InlineData("passthrough-two-sources", "takes exactly 1 source a slice")]
    public void A_mistake_is_answered_with_what_may_be_meant(string name, string answer) =>
        Assert.Contains(Load(name, isStrict: false).Problems, problem => problem.Message.Contains(answer, StringComparison.Ordinal));

    private static Recipe Load(string name, bool isStrict)
    {
        bool isRooted = Description(name)["options_of_ours"] is JsonArray options && options.Any(option => option!.GetValue<string>() == "--root");
        return Recipe.Load(GoldenPath.Of("recipes-bad", name + ".yml"), new RecipeOptions { IsStrict = isStrict, Roots = isRooted ? [GoldenPath.Of("recipes-bad")] : [] });
    }

    private static JsonObject Description(string name) => JsonNode.Parse(File.ReadAllText(GoldenPath.Of("recipes-bad", name + ".json")))!.AsObject();

    private static IEnumerable<int> AlsoOnLines(JsonObject wanted) => wanted["also_on_lines"] is JsonArray lines ? lines.Select(line => line!.GetValue<int>()) : [];
}
