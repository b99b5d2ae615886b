using System.Globalization;
using System.Text.Json.Nodes;
using TaskVectors.Merging;
using TaskVectors.Recipes;
using TaskVectors.Recipes.Grammar;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Tests.Recipes;

/// <summary>The JSON schema says what the binder says: it takes the recipes that bind and refuses mistakes that a schema can express.</summary>
public class RecipeSchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(RecipeSchema.ToJson())!.AsObject();

    public static TheoryData<string> Good => [.. GoldenRecipe.Names(areRandom: false).Concat(GoldenRecipe.Names(areRandom: true))];

    [Theory]
    [MemberData(nameof(Good))]
    public void A_recipe_that_binds_is_accepted(string name) =>
        Assert.All(Documents(File.ReadAllText(GoldenPath.Of("merge", name, "recipe.yml"))), document => Assert.True(new SchemaCheck(Schema).Accepts(document), name));

    [Theory]
    [InlineData("density-above-one")]
    [InlineData("density-negative")]
    [InlineData("dtype-unknown")]
    [InlineData("filter-without-value")]
    [InlineData("gamma-above-one")]
    [InlineData("global-parameter-on-a-model")]
    [InlineData("gradient-empty")]
    [InlineData("gradient-mixed-with-filters")]
    [InlineData("layer-range-three-numbers")]
    [InlineData("method-missing")]
    [InlineData("method-unknown")]
    [InlineData("models-and-slices")]
    [InlineData("models-empty")]
    [InlineData("no-models")]
    [InlineData("normalize-not-a-bool")]
    [InlineData("not-a-mapping")]
    [InlineData("parameter-of-another-method")]
    [InlineData("unknown-key-desnity")]
    [InlineData("unknown-key-in-model-entry")]
    [InlineData("unknown-key-weigth")]
    [InlineData("unknown-top-level-key")]
    [InlineData("weight-not-a-number")]
    [InlineData("weight-two-dots")]
    public void A_mistake_that_a_schema_can_express_is_refused(string name) =>
        Assert.Contains(Documents(File.ReadAllText(GoldenPath.Of("recipes-bad", name + ".yml"))), document => !new SchemaCheck(Schema).Accepts(document));

    [Fact]
    public void Every_key_and_every_parameter_is_described()
    {
        Assert.All(RecipeGrammar.Document.Keys, key => Assert.Equal(key.Meaning, Schema["properties"]![key.Name]!["description"]!.GetValue<string>()));
        foreach (IMergeMethod method in MergeMethods.All)
        {
            JsonObject parameters = Schema["$defs"]![method.Name + ".all"]!["properties"]!.AsObject();
            Assert.Equal(method.Parameters.Select(parameter => parameter.Name), parameters.Select(parameter => parameter.Key));
            Assert.All(method.Parameters, parameter => Assert.StartsWith(parameter.Meaning, parameters[parameter.Name]!["description"]!.GetValue<string>(), StringComparison.Ordinal));
            JsonObject ofModels = Schema["$defs"]![method.Name + ".model"]!["properties"]!.AsObject();
            Assert.Equal(method.Parameters.Where(parameter => parameter.IsPerModel).Select(parameter => parameter.Name), ofModels.Select(parameter => parameter.Key));
        }
    }

    private static IEnumerable<JsonNode?> Documents(string text) => YamlReader.Read(text, new RecipeProblems()).Select(ToJson);

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Name, ToJson(entry.Value)))),
        YamlSequence list => new JsonArray([.. list.Items.Select(ToJson)]),
        YamlScalar { IsNull: true } => null,
        YamlScalar { IsPlain: true } scalar when double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
        YamlScalar { IsPlain: true, Truth: { } truth } => truth,
        YamlScalar scalar => scalar.Text,
        _ => throw new InvalidOperationException(),
    };
}
