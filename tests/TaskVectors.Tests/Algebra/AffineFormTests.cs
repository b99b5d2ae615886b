using FsCheck.Xunit;
using TaskVectors.Algebra;
using TaskVectors.Algebra.Expressions;

namespace TaskVectors.Tests.Algebra;

public class AffineFormTests
{
    private static readonly Checkpoint A = Checkpoint.FromSource(new FakeSource("/a", "mlp.weight", "attn.weight"));
    private static readonly Checkpoint B = Checkpoint.FromSource(new FakeSource("/b", "mlp.weight", "attn.weight"));
    private static readonly Checkpoint C = Checkpoint.FromSource(new FakeSource("/c", "mlp.weight", "attn.weight"));

    [Fact]
    public void The_base_drops_out_when_a_whole_task_vector_is_added() =>
        Assert.Equal([("/a", 0.0), ("/b", 1.0)], Coefficients(A + (1.0 * (B - A))));

    [Fact]
    public void An_analogy_has_one_coefficient_per_checkpoint() =>
        Assert.Equal([("/c", 1.0), ("/b", 1.0), ("/a", -1.0)], Coefficients(C + (B - A)));

    [Fact]
    public void Coefficients_that_cancel_up_to_rounding_cancel_exactly() =>
        Assert.Equal([("/a", 0.0), ("/b", 1.0)], Coefficients(A + (0.1 * (B - A)) + (0.2 * (B - A)) + (0.7 * (B - A))));

    [Property]
    public void The_coefficients_of_an_edit_sum_to_one(double first, double second)
    {
        if (double.IsFinite(first * 1e3) && double.IsFinite(second * 1e3))
        {
            double sum = Coefficients(A + (first * (B - A)) - (second * (C - A))).Sum(term => term.Coefficient);
            Assert.Equal(1, sum, 1e-12 * (1 + Math.Abs(first) + Math.Abs(second)));
        }
    }

    [Fact]
    public void A_difference_is_relative_to_the_checkpoint_subtracted()
    {
        Assert.Equal("/a", (B - A).Base.Path);
        Assert.Equal("/c", (C + (B - A)).Base.Path);
    }

    [Fact]
    public void Scaling_by_pattern_takes_the_first_rule_that_matches()
    {
        TaskVector scaled = (B - A).Scale(("mlp", 0.5), ("*", 2));
        Assert.Equal(0.5, scaled.Form.Terms[0].Coefficient.Evaluate("mlp.weight"));
        Assert.Equal(2, scaled.Form.Terms[0].Coefficient.Evaluate("attn.weight"));
    }

    [Fact]
    public void Outside_a_filter_an_edit_is_its_base()
    {
        Checkpoint edited = (A + (0.5 * (B - A))).RestrictTo(new TensorFilter(["mlp"], []));
        Assert.Equal([("/a", 1.0), ("/b", 0.0)], Coefficients(edited, "attn.weight"));
        Assert.Equal([("/a", 0.5), ("/b", 0.5)], Coefficients(edited, "mlp.weight"));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_coefficient_must_be_finite(double coefficient) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => coefficient * (B - A));

    [Fact]
    public void The_text_form_reads_back_to_the_same_coefficients()
    {
        Checkpoint edited = (C + (0.3 * (B - A)).Scale(("mlp", 0.1))).RestrictTo(new TensorFilter([], ["attn"]));
        string text = edited.Form.ToText(source => "the \"" + source.Path + "\"");
        var models = new ExpressionModels().Add("the \"/a\"", A).Add("the \"/b\"", B).Add("the \"/c\"", C);
        Checkpoint read = EditExpression.Parse(text, models).Checkpoint!;
        Assert.Equal(Coefficients(edited), Coefficients(read));
        Assert.Equal(Coefficients(edited, "attn.weight"), Coefficients(read, "attn.weight"));
    }

    private static List<(string Path, double Coefficient)> Coefficients(Checkpoint checkpoint, string tensor = "mlp.weight") =>
        [.. checkpoint.Form.Terms.Select(term => (term.Source.Path, term.Coefficient.Evaluate(tensor)))];
}
