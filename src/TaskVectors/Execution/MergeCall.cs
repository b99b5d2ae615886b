using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Checkpoints;
using TaskVectors.Merging;

namespace TaskVectors.Execution;

/// <summary>A merge as it was asked for.</summary>
/// <param name="Method">The method.</param>
/// <param name="Arguments">The values of its parameters.</param>
/// <param name="Vectors">The task vectors.</param>
internal sealed record MergeCall(IMergeMethod Method, MergeArguments Arguments, ImmutableArray<AffineForm> Vectors)
{
    /// <summary>The source whose tensors the merged vector takes: the first checkpoint that a vector is relative to, else the first stored vector.</summary>
    public CheckpointSource Anchor { get; } = (Vectors.FirstOrDefault(form => !form.AnchorIsVector) ?? Vectors[0]).Anchor;

    /// <summary>The call as text; every parameter is written, so that the text says all there is to know.</summary>
    public string ToText(Func<CheckpointSource, string> nameOf)
    {
        string vectors = string.Join(", ", Vectors.Select(form => form.ToText(nameOf)));
        string arguments = Arguments.ToString();
        return arguments.Length == 0 ? $"{Method.Name}({vectors})" : $"{Method.Name}({vectors}, {arguments})";
    }
}
