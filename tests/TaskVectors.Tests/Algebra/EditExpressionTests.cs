using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;

namespace TaskVectors.Tests.Algebra;

public class EditExpressionTests
{
    private static readonly ExpressionModels Models = new ExpressionModels()
        .Add("base", Checkpoint.FromSource(new FakeSource("/base", "mlp.weight", "attn.weight")))
        .Add("math", Checkpoint.FromSource(new FakeSource("/math", "mlp.weight", "attn.weight")))
        .Add("gpt2-toxic", Checkpoint.FromSource(new FakeSource("/toxic", "mlp.weight", "attn.weight")))
        .Add("code", TaskVector.FromSource(new FakeSource("/code", "mlp.weight", "attn.weight")));

    [Theory]
    [InlineData("base + 0.4*(math - base) - 0.7*(gpt2-toxic - base)", "/base 1.3, /math 0.4, /toxic -0.7")]
    [InlineData("base+math-base", "/base 0, /math 1")]
    [InlineData("base + (math - base)/2", "/base 0.5, /math 0.5")]
    [InlineData("0.25*base + 0.75*math", "/base 0.25, /math 0.75")]
    [InlineData("base - -2*code", "/base 1, /code 2")]
    [InlineData("base + sum(code, 1e-1*(math - base))", "/base 0.9, /code 1, /math 0.1")]
    [InlineData("weighted(0.5*base + 0.25*math)", "/base 0.5, /math 0.25")]
    [InlineData("base + (2 - 1.5) * (math - base) * 3", "/base -0.5, /math 1.5")]
    [InlineData("base + scale(math - base, \"mlp\": 0.5, \"*\": 2)", "/base 0.5, /math 0.5")]
    [InlineData("base + only(math - base, \"attn\")", "/base 1, /math 0")]
    [InlineData("base + except(math - base, \"attn\")", "/base 0, /math 1")]
    [InlineData("\"base\" + code", "/base 1, /code 1")]
    [InlineData("code + base", "/code 1, /base 1")]
    public void An_expression_has_the_coefficients_it_says(string text, string expected)
    {
        Checkpoint checkpoint = EditExpression.Parse(text, Models).Checkpoint!;
        string actual = string.Join(", ", checkpoint.Form.Terms.Select(term => FormattableString.Invariant($"{term.Source.Path} {Math.Round(term.Coefficient.Evaluate("mlp.weight"), 12)}")));
        Assert.Equal(expected, actual);
        Assert.Equal("/base", checkpoint.Base.Path);
    }

    [Theory]
    [InlineData("math - base", "/base")]
    [InlineData("2*math - 2*base", "/base")]
    [InlineData("-base + math", "/base")]
    [InlineData("code", "/code")]
    [InlineData("0.5*code + (math - base)", "/base")]
    public void A_difference_is_a_task_vector(string text, string anchor)
    {
        EditExpression expression = EditExpression.Parse(text, Models);
        Assert.Null(expression.Checkpoint);
        Assert.Equal(anchor, expression.TaskVector!.Base.Path);
    }

    [Theory]
    [InlineData("", 0, "empty")]
    [InlineData("base + ", 7, "ends where")]
    [InlineData("base + mth", 7, "Did you mean 'math'?")]
    [InlineData("base math", 5, "operator")]
    [InlineData("base + 0.5", 5, "number cannot be added")]
    [InlineData("base * math", 5, "cannot be multiplied")]
    [InlineData("base + math", 0, "sum to 2")]
    [InlineData("base / 0", 5, "Division by zero")]
    [InlineData("2 / base", 2, "Only a number")]
    [InlineData("base + nan*(math - base)", 7, "must be finite")]
    [InlineData("base + 1e999*(math - base)", 7, "infinite")]
    [InlineData("base + (math - base", 19, "not closed")]
    [InlineData("base + scal(math - base, \"mlp\": 1)", 7, "Did you mean 'scale'?")]
    [InlineData("base + scale(math - base)", 24, "at least one pattern")]
    [InlineData("base + scale(math - base, mlp: 1)", 26, "double quotes")]
    [InlineData("base + only(math - base, \"\")", 25, "empty")]
    [InlineData("base + only(math - base, \"mlp)", 25, "quote is not closed")]
    [InlineData("base + 1.2.3*(math - base)", 7, "not a number")]
    [InlineData("base + scale(math, \"mlp\": 0.5)", 0, "weighted")]
    [InlineData("base + $", 7, "Unexpected '$'")]
    [InlineData("1 + 2", 0, "is a number")]
    public void An_error_says_where_and_what_to_do(string text, int position, string problem)
    {
        var error = Assert.Throws<ExpressionException>(() => EditExpression.Parse(text, Models));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Equal(position, error.Position);
        Assert.Equal(ErrorCategory.Usage, error.Category);
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_no_crash() =>
        Assert.Contains("deeply", Assert.Throws<ExpressionException>(() => EditExpression.Parse(new string('(', 100_000), Models)).Problem, StringComparison.Ordinal);

    [Fact]
    public void A_name_with_operators_in_it_wins_over_its_parts()
    {
        ExpressionModels models = new ExpressionModels()
            .Add("a", Checkpoint.FromSource(new FakeSource("/1")))
            .Add("b", Checkpoint.FromSource(new FakeSource("/2")))
            .Add("a-b", TaskVector.FromSource(new FakeSource("/3")));
        Assert.Equal("/3", EditExpression.Parse("a-b", models).TaskVector!.Base.Path);
        Assert.Equal(2, EditExpression.Parse("a - b", models).TaskVector!.Form.Terms.Length);
    }
}
