using TaskVectors.Models.Autograd;
using TaskVectors.Models.Evaluation;

namespace TaskVectors.Models.Statistics;

/// <summary>The examples of a classifier: one prediction each.</summary>
internal sealed class ClassifiedExamples : IScoredExamples
{
    private readonly ClassificationEvaluator _evaluator;
    private readonly Model _model;
    private readonly HeadWeights? _head;
    private readonly int[] _labels;

    public ClassifiedExamples(ClassificationEvaluator evaluator, Model model)
    {
        (_evaluator, _model) = (evaluator, model);
        _labels = [.. evaluator.ExampleLabels];
        using IDisposable inference = model.Context.BeginInference();
        FrozenHead? head = evaluator.HeadFor(model);
        _head = head is { IsCosine: true }
            ? throw new StatisticsException("statistics.head", "The head's scores are cosines, which are no probabilities. Give a head whose scores are logits (--head), such as 'taskvec train' writes of prompts.")
            : head is null ? null : new HeadWeights(head, model.Context);
    }

    public int Count => _labels.Length;

    public IEnumerable<int[]> Batches(IEnumerable<int> examples) =>
        examples.GroupBy(_evaluator.LengthOf).OrderBy(group => group.Key).SelectMany(group => group.Chunk(_evaluator.Options.BatchSize));

    public Tensor Scores(int[] examples) => _evaluator.ScoresWith(_head, _model, examples);

    public ReadOnlySpan<int> Labels(int example) => _labels.AsSpan(example, 1);

    public void Dispose() => _head?.Dispose();
}
