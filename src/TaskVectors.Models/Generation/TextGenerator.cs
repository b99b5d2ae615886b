using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Generation;

/// <summary>Continues token sequences with a language model, a batch at a time, with a cache of keys and values.</summary>
public static class TextGenerator
{
    /// <summary>Continues prompts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">[batch, n]: prompts of different lengths are padded on the left.</param>
    /// <param name="mask">[batch, n]: 0 for padding; null where there is none. Positions count tokens that are not padding.</param>
    /// <param name="options">How many tokens, and how they are chosen.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <exception cref="ModelException">The prompts do not fit the model, or are too long.</exception>
    public static GeneratedText Generate(
        CausalLanguageModel model, IndexTensor prompts, IndexTensor? mask = null, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new GenerationOptions();
        Run run = new(model, prompts, mask, options);
        return run.Generate(cancellationToken);
    }

    private sealed class Run
    {
        private readonly CausalLanguageModel _model;
        private readonly GenerationOptions _options;
        private readonly int _batch;
        private readonly int _prompt;
        private readonly int _total;
        private readonly int[] _ids;
        private readonly int[] _mask;
        private readonly int[] _positions;
        private readonly bool[] _isEnded;
        private readonly float[][] _logProbabilities;

        public Run(CausalLanguageModel model, IndexTensor prompts, IndexTensor? mask, GenerationOptions options)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(options.MaximumNewTokens);
            (_model, _options) = (model, options);
            (_batch, _prompt) = (prompts.Size(0), prompts.Size(1));
            _total = Math.Min(_prompt + options.MaximumNewTokens, model.MaximumLength);
            if (_prompt == 0 || _prompt > _total)
            {
                throw new ModelException(ModelError.InvalidInput, $"A prompt has from 1 to {model.MaximumLength} tokens, not {_prompt}.") { Tensor = "input_ids" };
            }

            if (mask is not null && mask.Count != prompts.Count)
            {
                throw new ModelException(ModelError.InvalidInput, $"attention_mask of shape {mask.Shape} does not fit input_ids of shape {prompts.Shape}.") { Tensor = "attention_mask" };
            }

            _ids = new int[_batch * _total];
            _mask = new int[_batch * _total];
            _positions = new int[_batch * _total];
            _isEnded = new bool[_batch];
            _logProbabilities = [.. Enumerable.Range(0, _batch).Select(_ => new float[_total - _prompt])];
            for (int row = 0; row < _batch; row++)
            {
                int seen = 0;
                for (int i = 0; i < _total; i++)
                {
                    int place = (row * _total) + i;
                    _ids[place] = i < _prompt ? prompts.Values[(row * _prompt) + i] : options.PaddingId;
                    _mask[place] = i < _prompt && mask is not null ? mask.Values[(row * _prompt) + i] : 1;
                    seen += _mask[place];
                    _positions[place] = Math.Max(0, seen - 1);
                }
            }
        }

        public GeneratedText Generate(CancellationToken cancellationToken)
        {
            using IDisposable inference = _model.Context.BeginInference();
            using KeyValueCache cache = _model.CreateCache(_batch, _total);
            int length = _prompt;
            for (int first = 0; length < _total && !_isEnded.All(ended => ended); first = length, length++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using TensorScope scope = _model.Context.BeginScope();
                Tensor logits = _model.NextTokenLogits(Columns(_ids, first, length), Columns(_mask, 0, length), Columns(_positions, first, length), cache);
                for (int row = 0; row < _batch; row++)
                {
                    Choose(logits, row, length);
                }
            }

            int[] sequences = length == _total ? _ids : [.. Enumerable.Range(0, _batch).SelectMany(row => _ids.AsSpan(row * _total, length).ToArray())];
            return new GeneratedText(new IndexTensor(sequences, _batch, length), [.. _logProbabilities.Select(row => row[..(length - _prompt)])]);
        }

        private void Choose(Tensor logits, int row, int length)
        {
            if (_isEnded[row])
            {
                return;
            }

            Span<float> scores = logits.Values.Slice(row * _model.VocabularySize, _model.VocabularySize);
            float logSum = SoftmaxKernels.LogSumExp(scores);
            float[] plain = scores.ToArray();
            if (_options.Sampling.RepetitionPenalty != 1)
            {
                Sampling.Penalize(scores, _ids.AsSpan(row * _total, length), _options.Sampling.RepetitionPenalty);
            }

            int id = Sampling.Choose(scores, _options.Sampling, row, length);
            _ids[(row * _total) + length] = id;
            _logProbabilities[row][length - _prompt] = plain[id] - logSum;
            _isEnded[row] = id == _options.EndId;
        }

        private IndexTensor Columns(int[] values, int start, int end)
        {
            int[] columns = new int[_batch * (end - start)];
            for (int row = 0; row < _batch; row++)
            {
                values.AsSpan((row * _total) + start, end - start).CopyTo(columns.AsSpan(row * (end - start)));
            }

            return new IndexTensor(columns, _batch, end - start);
        }
    }
}
