using System.Collections.Immutable;
using TaskVectors.Algebra;
using TaskVectors.Execution.Planning;
using TaskVectors.Tensors;

namespace TaskVectors.Execution.Manifests;

/// <summary>What a checkpoint is made of, for the manifest of what is made from it.</summary>
/// <param name="Expression">The checkpoint as text; names are those of the inputs.</param>
/// <param name="Inputs">The stored checkpoints and task vectors; the first is the base.</param>
public sealed record CheckpointOrigin(string Expression, ImmutableArray<ManifestInput> Inputs)
{
    /// <summary>Looks at the headers of what a checkpoint is made of, and at samples of the weights.</summary>
    /// <param name="checkpoint">A stored checkpoint, or an edit.</param>
    /// <exception cref="TaskVectorsException">The edit cannot be made, or reading failed.</exception>
    public static CheckpointOrigin Of(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        (IReadOnlyList<PlannedInput> inputs, _) = EditPlanner.Bind(checkpoint, EditOptions.Default with { OutputDType = DType.F32, AnyBase = true, Missing = MissingTensors.Base });
        PlannedInput[] stored = [.. inputs.Where(input => !input.IsComputed)];
        string expression = checkpoint.Form.ToText(source => stored.First(input => input.Source.Path == source.Path).Name);
        return new CheckpointOrigin(expression, [.. stored.Select(input => ManifestInput.Of(input))]);
    }
}
