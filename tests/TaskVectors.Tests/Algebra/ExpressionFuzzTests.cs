using System.Text;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Execution;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Algebra;

public class ExpressionFuzzTests
{
    private static readonly string[] Seeds =
    [
        "base + 0.4*(math - base) - 0.6*(code - base)",
        "c + (math - base) @ \"layers.*.mlp\"",
        "base + ties(math - base, code - base, density: [0.2, 0.5], lambda: 0.8)",
        "linear(base, math, weight: [0.3, 0.7])",
        "base + sum(math - base, code - base) / 2",
        "base + tsvm(math - base, code - base, alpha: 0.9, exclude: \"*embed*\")",
        "-0.5e-1 * -(math - base) + base",
    ];

    [Fact]
    public void A_damaged_expression_is_an_edit_or_an_error_that_shows_the_place()
    {
        using var folder = new TemporaryFolder();
        ExpressionModels models = new ExpressionModels().AddMergeMethods();
        foreach (string name in new[] { "base", "math", "code", "c" })
        {
            _ = models.Add(name, TestModel.Write(folder[name + ".safetensors"], ("layers.0.mlp.weight", DType.F32, [1, 2, 3])));
        }

        new Mutations(Seeds.Select(Encoding.UTF8.GetBytes), "(", ")", "((((((((", "*", "-", "+", "/", ":", ",", "[", "]", "\"", "@", "1e999", "0x1", "sum(", "base", "nan", "\0", "é", "\ud83d\ude00")
            .RequireAnswers(bytes => _ = EditExpression.Parse(Encoding.UTF8.GetString(bytes), models));
    }
}
