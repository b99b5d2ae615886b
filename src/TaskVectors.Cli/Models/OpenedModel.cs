using TaskVectors.Algebra.Expressions;
using TaskVectors.Checkpoints;

namespace TaskVectors.Cli.Models;

/// <summary>A model whose headers have been read.</summary>
/// <param name="Name">Its name in expressions and reports.</param>
/// <param name="Source">Its headers.</param>
/// <param name="IsVector">Whether it is a task vector.</param>
/// <param name="IsOffered">Whether it came along with others, so that leaving it unused is no mistake.</param>
internal sealed record OpenedModel(string Name, CheckpointSource Source, bool IsVector, bool IsOffered = false)
{
    /// <summary>The name as it stands in an expression.</summary>
    public string Quoted => EditExpression.Quote(Name);

    /// <summary>The task vector in an expression: the model itself, or its difference from the base.</summary>
    public string VectorFrom(OpenedModel @base) => IsVector ? Quoted : $"({Quoted} - {@base.Quoted})";
}
