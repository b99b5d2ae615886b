using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Data;
using TaskVectors.Models.Evaluation;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Statistics;

/// <summary>A text in pieces of equal length for a model that predicts the next token: in each piece every token but the first is a prediction.</summary>
internal sealed class ForeseenPieces : IScoredExamples
{
    private const int DefaultLength = 256;
    private const int TokensAtOnce = 1024;

    private readonly CausalLanguageModel _model;
    private readonly int[] _ids;
    private readonly int _length;

    public ForeseenPieces(PerplexityEvaluator evaluator, Model model)
    {
        _model = model as CausalLanguageModel ?? throw new ModelException(
            ModelError.InvalidInput, $"{model.Architecture} does not foresee text; GPT2LMHeadModel, LlamaForCausalLM, MistralForCausalLM and Qwen2ForCausalLM do.");
        _ids = evaluator.Ids;
        _length = evaluator.WindowLength ?? Math.Min(DefaultLength, _model.MaximumLength);
        if (_length < 2 || _length > _model.MaximumLength)
        {
            throw new ModelException(ModelError.InvalidInput, $"A window of {_length} tokens is out of range: a window has 2 to {_model.MaximumLength} tokens.");
        }

        if (_ids.Length < _length)
        {
            throw new DataException("data.too-short", $"The text has {_ids.Length} tokens, less than one piece of {_length}. Use more text or shorter pieces (--window).");
        }
    }

    public int Count => _ids.Length / _length;

    public IEnumerable<int[]> Batches(IEnumerable<int> examples) => examples.Chunk(Math.Max(1, TokensAtOnce / _length));

    public Tensor Scores(int[] examples)
    {
        int[] ids = [.. examples.SelectMany(example => _ids.AsSpan(example * _length, _length).ToArray())];
        Tensor scores = _model.Logits(_model.States(new IndexTensor(ids, examples.Length, _length)), 0, _length - 1);
        return scores.Reshape(examples.Length * (_length - 1), scores.Size(-1));
    }

    public ReadOnlySpan<int> Labels(int example) => _ids.AsSpan((example * _length) + 1, _length - 1);

    public void Dispose()
    {
    }
}
