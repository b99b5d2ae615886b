using TaskVectors.Algebra;

namespace TaskVectors.Tests.Algebra;

public class NamePatternTests
{
    [Theory]
    [InlineData("mlp", "layers.0.mlp.up.weight", true)]
    [InlineData("mlp", "layers.0.mlp_norm.weight", false)]
    [InlineData("mlp.up", "layers.0.mlp.up.weight", true)]
    [InlineData("weight", "weight", true)]
    [InlineData("layers.1", "layers.11.mlp", false)]
    [InlineData("a", "ba.ab.a", true)]
    [InlineData("*.weight", "layers.0.mlp.weight", true)]
    [InlineData("*.weight", "layers.0.mlp.weight_scale", false)]
    [InlineData("layers.?.mlp.*", "layers.3.mlp.x", true)]
    [InlineData("layers.?.mlp.*", "layers.13.mlp.x", false)]
    [InlineData("*", "", true)]
    [InlineData("MLP", "mlp", false)]
    public void A_pattern_matches_whole_components_or_by_wildcard(string pattern, string name, bool expected) =>
        Assert.Equal(expected, new NamePattern(pattern).Matches(name));

    [Fact]
    public void An_empty_pattern_is_refused() => Assert.Throws<ArgumentException>(() => new NamePattern(string.Empty));

    [Fact]
    public void Exclude_wins_over_include()
    {
        var filter = new TensorFilter(["mlp"], ["*.bias"]);
        Assert.True(filter.Matches("layers.0.mlp.weight"));
        Assert.False(filter.Matches("layers.0.mlp.bias"));
        Assert.False(filter.Matches("layers.0.attn.weight"));
    }
}
