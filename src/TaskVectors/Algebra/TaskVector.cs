using System.Collections.Immutable;
using TaskVectors.Checkpoints;
using TaskVectors.Tensors;

namespace TaskVectors.Algebra;

/// <summary>
/// A direction in weight space: the element-wise difference tau = theta_finetuned - theta_pretrained of two checkpoints, or any linear
/// combination of such differences. Vectors add and scale freely; added to a <see cref="Checkpoint"/> they give a checkpoint.
/// </summary>
/// <remarks>
/// <para>Lazy and immutable like <see cref="Checkpoint"/>: no weight is read before a result is saved. Safe for use from several threads.</para>
/// <para>Source: Ilharco et al., "Editing Models with Task Arithmetic", ICLR 2023, section 2.</para>
/// </remarks>
public sealed class TaskVector
{
    internal TaskVector(AffineForm form) => Form = form;

    /// <summary>The source whose tensor names this vector takes: the checkpoint it is relative to, or the stored vector itself.</summary>
    public CheckpointSource Base => Form.Anchor;

    /// <summary>The tensors of this vector, in the storage order of its <see cref="Base"/>.</summary>
    public IReadOnlyList<TensorInfo> Tensors => Base.Tensors;

    internal AffineForm Form { get; }

    /// <summary>Opens a stored task vector. Only headers are read.</summary>
    /// <param name="path">A file in any supported format that holds differences rather than weights.</param>
    /// <exception cref="TaskVectorsException">The path does not exist, or what is there is not readable.</exception>
    public static TaskVector Open(string path) => FromSource(CheckpointFormats.Open(path));

    /// <summary>Makes a task vector of an opened source that holds differences rather than weights.</summary>
    public static TaskVector FromSource(CheckpointSource source) => new(AffineForm.Of(source, isVector: true));

    /// <summary>The sum of two task vectors.</summary>
    public static TaskVector operator +(TaskVector left, TaskVector right) => new(left.Form.Add(right.Form));

    /// <summary>The difference of two task vectors.</summary>
    public static TaskVector operator -(TaskVector left, TaskVector right) => new(left.Form.Subtract(right.Form));

    /// <summary>The opposite direction.</summary>
    public static TaskVector operator -(TaskVector vector) => new(vector.Form.Multiply(-1));

    /// <summary>The vector scaled by a finite coefficient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The coefficient is NaN or infinite.</exception>
    public static TaskVector operator *(double coefficient, TaskVector vector) => new(vector.Form.Multiply(Finite.Require(coefficient)));

    /// <summary>The vector scaled by a finite coefficient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The coefficient is NaN or infinite.</exception>
    public static TaskVector operator *(TaskVector vector, double coefficient) => coefficient * vector;

    /// <summary>The vector divided by a finite, non-zero number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The divisor is NaN, infinite or zero.</exception>
    public static TaskVector operator /(TaskVector vector, double divisor) => Finite.Require(1 / divisor) * vector;

    /// <summary>The sum of this vector and another.</summary>
    public TaskVector Add(TaskVector other) => this + other;

    /// <summary>This vector minus another.</summary>
    public TaskVector Subtract(TaskVector other) => this - other;

    /// <summary>The opposite direction.</summary>
    public TaskVector Negate() => -this;

    /// <summary>The vector scaled by a finite coefficient.</summary>
    public TaskVector Multiply(double coefficient) => coefficient * this;

    /// <summary>The vector divided by a finite, non-zero number.</summary>
    public TaskVector Divide(double divisor) => this / divisor;

    /// <summary>The vector with each tensor scaled by its own coefficient: the first rule whose pattern matches decides.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A coefficient is NaN or infinite.</exception>
    public TaskVector Scale(ScalingRules rules)
    {
        foreach (ScalingRule rule in rules.Rules)
        {
            _ = Finite.Require(rule.Coefficient);
        }

        _ = Finite.Require(rules.Otherwise);
        return new TaskVector(Form.Scale(rules));
    }

    /// <summary>The vector with each tensor scaled by the coefficient of the first pattern that matches; others keep their values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A coefficient is NaN or infinite.</exception>
    public TaskVector Scale(params ReadOnlySpan<(NamePattern Pattern, double Coefficient)> coefficients)
    {
        var rules = ImmutableArray.CreateBuilder<ScalingRule>(coefficients.Length);
        foreach ((NamePattern pattern, double coefficient) in coefficients)
        {
            rules.Add(new ScalingRule(pattern, coefficient));
        }

        return Scale(new ScalingRules(rules.ToImmutable()));
    }

    /// <summary>The vector limited to the tensors a filter chooses; all others are zero.</summary>
    public TaskVector RestrictTo(TensorFilter filter) => filter.IsAll ? this : Scale(filter.ToRules());
}
