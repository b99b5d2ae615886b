using System.Collections.Immutable;
using System.Globalization;
using TaskVectors.Algebra.Expressions;

namespace TaskVectors.Algebra;

/// <summary>A coefficient for each tensor by its name: the first rule that matches decides, else <see cref="Otherwise"/>.</summary>
/// <param name="Rules">The rules, in order of precedence.</param>
/// <param name="Otherwise">The coefficient of tensors that no rule matches.</param>
public sealed record ScalingRules(ImmutableArray<ScalingRule> Rules, double Otherwise = 1)
{
    /// <summary>The coefficient of a tensor.</summary>
    public double Evaluate(string tensor)
    {
        foreach (ScalingRule rule in Rules)
        {
            if (rule.Pattern.Matches(tensor))
            {
                return rule.Coefficient;
            }
        }

        return Otherwise;
    }

    /// <summary>The rules of 1 minus each coefficient.</summary>
    internal ScalingRules Complement() =>
        new([.. Rules.Select(rule => rule with { Coefficient = 1 - rule.Coefficient })], 1 - Otherwise);

    /// <summary>The rules as the arguments of <c>scale(...)</c> in the text form of an expression.</summary>
    public override string ToString()
    {
        var rules = Rules.Select(rule => string.Create(CultureInfo.InvariantCulture, $"{ExpressionSyntax.QuoteAlways(rule.Pattern.Text)}: {rule.Coefficient:R}"));
        return string.Join(", ", rules.Append(string.Create(CultureInfo.InvariantCulture, $"\"*\": {Otherwise:R}")));
    }

    /// <inheritdoc/>
    public bool Equals(ScalingRules? other) => other is not null && Otherwise.Equals(other.Otherwise) && Rules.SequenceEqual(other.Rules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Otherwise, Rules.Length);
}
