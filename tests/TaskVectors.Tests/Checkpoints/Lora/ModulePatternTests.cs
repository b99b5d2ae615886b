using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TaskVectors.Checkpoints.Lora;

namespace TaskVectors.Tests.Checkpoints.Lora;

public class ModulePatternTests
{
    private static readonly string[] Parts = ["h", "1", "11", "attn", "q_proj", "proj", "o"];

    /// <summary>The rule as PEFT states it: the expression (.*\.)?(key)$ from the start of the name.</summary>
    [Property(MaxTest = 500)]
    public Property A_plain_key_matches_as_the_expression_would()
    {
        Gen<string> name = Gen.Elements(Parts).NonEmptyListOf().Select(parts => string.Join('.', parts.Take(4)));
        return Prop.ForAll(name.ToArbitrary(), name.ToArbitrary(), (key, module) =>
            ModulePattern.OfKey(key, "f").Matches(module) == Regex.IsMatch(module, $"^(.*\\.)?({key})$"));
    }

    [Theory]
    [InlineData("q_proj", "model.layers.0.q_proj", true)]
    [InlineData("proj", "model.layers.0.q_proj", false)]
    [InlineData("^layers.0.q_proj", "model.layers.0.q_proj", false)]
    [InlineData("^model.layers.0.q_proj", "model.layers.0.q_proj", true)]
    [InlineData(@".*\.0\..*", "model.layers.0.q_proj", true)]
    [InlineData("layers.0.q_proj", "layers.0.q_proj", true)]
    [InlineData("layers.0", "model.layers.0.q_proj", false)]
    [InlineData("q_proj|v_proj", "model.v_proj", true)]
    public void A_key_matches_the_end_of_a_name_from_a_dot_on(string key, string module, bool matches) =>
        Assert.Equal(matches, ModulePattern.OfKey(key, "f").Matches(module));
}
