using TaskVectors.Algebra;

namespace TaskVectors.Models.Evaluation;

/// <summary>
/// Measures a checkpoint, or an edit that was never written to disk, on examples that it holds. An outside program can stand behind it as
/// well as the models of this library.
/// </summary>
public interface IEvaluator
{
    /// <summary>What is measured, such as <c>image-classification</c>.</summary>
    string Name { get; }

    /// <summary>Measures a checkpoint. The same checkpoint gives the same numbers.</summary>
    /// <param name="checkpoint">A stored checkpoint or an edit.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="TaskVectorsException">The checkpoint cannot be measured, or an example does not fit it.</exception>
    EvaluationResult Evaluate(Checkpoint checkpoint, CancellationToken cancellationToken = default);
}
