using System.Collections.Immutable;

namespace TaskVectors.Algebra;

/// <summary>
/// The coefficient of one checkpoint in an affine normal form: a sum of contributions, each a factor times the rules it was scaled
/// by. Kept as a sum so that contributions that cancel do so exactly when it is evaluated for a tensor.
/// </summary>
internal sealed class Coefficient
{
    public static readonly Coefficient One = new([new Contribution(1, [])]);

    private Coefficient(ImmutableArray<Contribution> contributions) => Contributions = contributions;

    public ImmutableArray<Contribution> Contributions { get; }

    public bool HasRules => Contributions.Any(contribution => !contribution.Rules.IsEmpty);

    /// <summary>
    /// The coefficient of a tensor: a compensated sum (Neumaier, 1974), so that 1 - 0.3 - 0.4 is 0.3. A sum that differs from a whole number by no more than the rounding of its own contributions is
    /// that number: 1 - 0.1 - 0.2 - 0.7 is 0, so that the checkpoint drops out and trivial edits stay exact (N3).
    /// </summary>
    public double Evaluate(string tensor)
    {
        double sum = 0;
        double lost = 0;
        double magnitude = 0;
        foreach (Contribution contribution in Contributions)
        {
            double value = contribution.Evaluate(tensor);
            double next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
            magnitude += Math.Abs(value);
        }

        sum += lost;
        double whole = Math.Round(sum);
        double rounding = Contributions.Length * Math.BitIncrement(1.0) - Contributions.Length;
        return Contributions.Length > 1 && Math.Abs(sum - whole) <= rounding * magnitude ? whole : sum;
    }

    public Coefficient Add(Coefficient other) => new([.. Contributions, .. other.Contributions]);

    public Coefficient Multiply(double factor) =>
        new([.. Contributions.Select(contribution => contribution with { Factor = contribution.Factor * factor })]);

    public Coefficient Scale(ScalingRules rules) =>
        new([.. Contributions.Select(contribution => contribution with { Rules = contribution.Rules.Add(rules) })]);

    public IEnumerable<NamePattern> Patterns() =>
        from contribution in Contributions
        from rules in contribution.Rules
        from rule in rules.Rules
        select rule.Pattern;

    internal readonly record struct Contribution(double Factor, ImmutableArray<ScalingRules> Rules)
    {
        public double Evaluate(string tensor)
        {
            double value = Factor;
            foreach (ScalingRules rules in Rules)
            {
                value *= rules.Evaluate(tensor);
            }

            return value;
        }
    }
}
