using TaskVectors.Algebra;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Evaluation;

/// <summary>An evaluator that runs models in this process. Safe for use from several threads, each with a model of its own.</summary>
public abstract class ModelEvaluator : IEvaluator
{
    private protected ModelEvaluator(EvaluatorOptions? options)
    {
        Options = options ?? new EvaluatorOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.BatchSize, 1, nameof(options));
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>How models are run.</summary>
    public EvaluatorOptions Options { get; }

    /// <inheritdoc/>
    public EvaluationResult Evaluate(Checkpoint checkpoint, CancellationToken cancellationToken = default)
    {
        using ComputeContext context = new(Options.Compute);
        using Model model = ModelLoader.Load(checkpoint, context, Options.Loading);
        return Evaluate(model, cancellationToken);
    }

    /// <summary>Measures a model with the weights that it has now, such as those that a <see cref="WeightEdit"/> has set.</summary>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="TaskVectorsException">The model is of another kind, or an example does not fit it.</exception>
    public abstract EvaluationResult Evaluate(Model model, CancellationToken cancellationToken = default);
}
