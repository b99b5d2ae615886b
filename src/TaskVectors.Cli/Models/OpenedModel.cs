using System.Collections.Immutable;
using TaskVectors.Algebra;
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
    /// <summary>What is added to the source: the adapters of <c>MODEL+ADAPTER</c>.</summary>
    public ImmutableArray<CheckpointSource> Adapters { get; init; } = [];

    /// <summary>Everything stored that it is made of.</summary>
    public IEnumerable<CheckpointSource> Parts => Adapters.Prepend(Source);

    /// <summary>The name as it stands in an expression.</summary>
    public string Quoted => EditExpression.Quote(Name);

    /// <summary>The task vector in an expression: the model itself, or its difference from the base.</summary>
    public string VectorFrom(OpenedModel @base) => IsVector ? Quoted : $"({Quoted} - {@base.Quoted})";

    /// <summary>Reads the headers of what a reference names.</summary>
    /// <param name="reference">The reference; it has a name.</param>
    /// <exception cref="TaskVectorsException">Nothing is there, or it is not readable.</exception>
    public static OpenedModel Open(ModelReference reference)
    {
        var path = ModelPath.Parse(reference.Path);
        CheckpointSource source = CheckpointFormats.Open(path.Model);
        bool isVector = reference.IsVector || TaskVectorMetadata.IsTaskVector(source);
        return isVector && path.Adapters.Length > 0
            ? throw new UsageException(
                $"'{Printable.Of(reference.Path)}' begins with a task vector; a model is needed there, as in MODEL+ADAPTER. Task vectors are added in an expression.")
            : new OpenedModel(reference.Name!, source, isVector, reference.IsOffered) { Adapters = path.OpenAdapters() };
    }

    /// <summary>What an expression means by the name of a checkpoint.</summary>
    public Checkpoint ToCheckpoint() => Checkpoint.FromSources(Source, Adapters);

    /// <summary>Its headers, for commands that look at what is stored and not at sums.</summary>
    /// <exception cref="UsageException">It is a sum.</exception>
    public CheckpointSource RequireStored() => Adapters.Length == 0
        ? Source
        : throw new UsageException(
            $"'{Name}' is a sum, {string.Join('+', Parts.Select(part => Printable.Of(part.Path)))}; name the adapter itself here: it is a task vector, which this command takes.");
}
