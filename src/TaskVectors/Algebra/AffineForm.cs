using System.Collections.Immutable;
using System.Globalization;
using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;

namespace TaskVectors.Algebra;

/// <summary>
/// The affine normal form of an edit: theta = sum_i c_i theta_i with one coefficient per distinct stored checkpoint or task vector.
/// Every expression made of +, - and scaling collapses to it, so that an analogy over five checkpoints is one pass.
/// </summary>
internal sealed class AffineForm
{
    private AffineForm(CheckpointSource anchor, ImmutableArray<Term> terms)
    {
        Anchor = anchor;
        Terms = terms;
    }

    /// <summary>
    /// The source whose tensor names, dtypes and companion files the result takes: the leftmost checkpoint of an edit, the
    /// checkpoint a difference is relative to.
    /// </summary>
    public CheckpointSource Anchor { get; }

    /// <summary>The terms, in order of first appearance: the fixed order of summation (N2).</summary>
    public ImmutableArray<Term> Terms { get; }

    /// <summary>Whether every term is a stored task vector.</summary>
    public bool IsOfVectors => Terms.All(term => term.IsVector);

    /// <summary>Whether the anchor is a task vector: a stored one that the form, or what it is computed from, is made of.</summary>
    public bool AnchorIsVector => WithArguments().SelectMany(form => form.Terms).Any(term => term.IsVector && term.Source.Path == Anchor.Path);

    public static AffineForm Of(CheckpointSource source, bool isVector) => new(source, [new Term(source, isVector, Coefficient.One)]);

    public AffineForm Add(AffineForm other)
    {
        List<Term> terms = [.. Terms];
        foreach (Term term in other.Terms)
        {
            int same = terms.FindIndex(existing => existing.HasSameSource(term));
            if (same < 0)
            {
                terms.Add(term);
            }
            else
            {
                terms[same] = terms[same] with { Coefficient = terms[same].Coefficient.Add(term.Coefficient) };
            }
        }

        // A stored task vector says nothing of the checkpoint it is relative to, so a form that is relative to one brings the anchor.
        return new AffineForm(AnchorIsVector && !other.AnchorIsVector ? other.Anchor : Anchor, [.. terms]);
    }

    public AffineForm Subtract(AffineForm other) => Add(other.Multiply(-1));

    public AffineForm Multiply(double factor) => Map(coefficient => coefficient.Multiply(factor));

    public AffineForm Scale(ScalingRules rules) => Map(coefficient => coefficient.Scale(rules));

    public AffineForm WithAnchor(CheckpointSource anchor) => new(anchor, Terms);

    /// <summary>The form whose tensors outside the filter are those of the anchor.</summary>
    public AffineForm RestrictTo(TensorFilter filter)
    {
        ScalingRules rules = filter.ToRules();
        return Scale(rules).Add(Of(Anchor, isVector: false).Scale(rules.Complement()));
    }

    /// <summary>The text form, under the given names of sources; the expression parser reads it back to the same form.</summary>
    public string ToText(Func<CheckpointSource, string> nameOf)
    {
        var parts = from term in Terms
                    from contribution in term.Coefficient.Contributions
                    select Render(contribution, NameOf(term.Source, nameOf));
        string sum = string.Join(" + ", parts);
        return IsOfVectors ? sum : $"weighted({sum})";
    }

    /// <summary>This form and the forms that its computed terms are computed from, all the way down.</summary>
    public IEnumerable<AffineForm> WithArguments() =>
        Terms.Select(term => term.Source).OfType<ComputedSource>().SelectMany(source => source.Arguments).SelectMany(form => form.WithArguments()).Prepend(this);

    private static string NameOf(CheckpointSource source, Func<CheckpointSource, string> nameOf) =>
        source is ComputedSource computed ? computed.ToText(nameOf) : ExpressionSyntax.Quote(nameOf(source));

    private static string Render(Coefficient.Contribution contribution, string name)
    {
        string scaled = contribution.Rules.Aggregate(name, (inner, rules) => $"scale({inner}, {rules})");
        return string.Create(CultureInfo.InvariantCulture, $"{contribution.Factor:R}*{scaled}");
    }

    private AffineForm Map(Func<Coefficient, Coefficient> change) =>
        new(Anchor, [.. Terms.Select(term => term with { Coefficient = change(term.Coefficient) })]);
}
