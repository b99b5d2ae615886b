using System.CommandLine;

namespace TaskVectors.Cli.Options;

/// <summary>An edit as text; it may begin with a minus sign.</summary>
internal sealed class ExpressionArgument : Argument<string>
{
    public ExpressionArgument()
        : base("EXPRESSION") =>
        Description = """
            The edit, such as "base + 0.4*(math - base) - 0.6*toxic".
            Also scale(x, "mlp": 0.5), only(x, "attn"), except(x, "embed*"), sum(x, y), weighted(x).
            """;
}
