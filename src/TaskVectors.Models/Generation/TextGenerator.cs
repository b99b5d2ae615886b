using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Autograd.Kernels;

namespace TaskVectors.Models.Generation;

/// <summary>
/// Writes token sequences with a language model, a batch at a time, with a cache of keys and values. What is drawn depends on the seed, the
/// sequence and the step alone.
/// </summary>
public static class TextGenerator
{
    /// <summary>Continues prompts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">[batch, n]: prompts of different lengths are padded on the left.</param>
    /// <param name="mask">[batch, n]: 0 for padding; null where there is none. Positions count tokens that are not padding.</param>
    /// <param name="options">How many tokens, and how they are chosen.</param>
    /// <param name="onToken">Told each token as it is chosen.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <exception cref="ModelException">The prompts do not fit the model, or are too long.</exception>
    public static GeneratedText Generate(
        CausalLanguageModel model,
        IndexTensor prompts,
        IndexTensor? mask = null,
        GenerationOptions? options = null,
        Action<GeneratedToken>? onToken = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        Run run = new(prompts, mask, model.MaximumLength, options ?? new GenerationOptions(), onToken);
        using IDisposable inference = model.Context.BeginInference();
        using CausalDecoding decoding = new(model, prompts.Size(0), run.Total);
        return run.Generate(decoding, model.Context, cancellationToken);
    }

    /// <summary>Says what an encoder-decoder makes of sources.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">Token ids and mask of the sources; padding may stand anywhere.</param>
    /// <param name="options">How many tokens, and how they are chosen.</param>
    /// <param name="onToken">Told each token as it is chosen.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>Sequences of the start token and the new ones.</returns>
    /// <exception cref="ModelException">The sources do not fit the model.</exception>
    public static GeneratedText Generate(
        T5Model model, ModelInputs source, GenerationOptions? options = null, Action<GeneratedToken>? onToken = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        int batch = source.RequireIds().Size(0);
        IndexTensor start = new([.. Enumerable.Repeat(model.StartId, batch)], batch, 1);
        Run run = new(start, null, int.MaxValue, options ?? new GenerationOptions(), onToken);
        using IDisposable inference = model.Context.BeginInference();
        using T5Decoding decoding = new(model, source, run.Total);
        return run.Generate(decoding, model.Context, cancellationToken);
    }

    private sealed class Run
    {
        private const int MostTokens = 1 << 28;

        private readonly GenerationOptions _options;
        private readonly Action<GeneratedToken>? _onToken;
        private readonly int _batch;
        private readonly int _prompt;
        private readonly int[] _ids;
        private readonly int[] _mask;
        private readonly int[] _positions;
        private readonly bool[] _isEnded;
        private readonly float[][] _logProbabilities;

        public Run(IndexTensor prompts, IndexTensor? mask, int maximumLength, GenerationOptions options, Action<GeneratedToken>? onToken)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(options.MaximumNewTokens);
            (_options, _onToken) = (options, onToken);
            (_batch, _prompt) = (prompts.Size(0), prompts.Size(1));
            Total = (int)Math.Min((long)_prompt + options.MaximumNewTokens, maximumLength);
            if (_prompt == 0 || _prompt > Total)
            {
                throw new ModelException(ModelError.InvalidInput, $"A prompt has from 1 to {maximumLength} tokens, not {_prompt}.") { Tensor = "input_ids" };
            }

            if ((long)_batch * Total > MostTokens)
            {
                throw new ModelException(ModelError.InvalidInput, $"{_batch} sequences of {Total} tokens are too many at a time. Ask for fewer new tokens, or smaller batches.");
            }

            if (mask is not null && mask.Count != prompts.Count)
            {
                throw new ModelException(ModelError.InvalidInput, $"attention_mask of shape {mask.Shape} does not fit input_ids of shape {prompts.Shape}.") { Tensor = "attention_mask" };
            }

            _ids = new int[_batch * Total];
            _mask = new int[_batch * Total];
            _positions = new int[_batch * Total];
            _isEnded = new bool[_batch];
            _logProbabilities = [.. Enumerable.Range(0, _batch).Select(_ => new float[Total - _prompt])];
            for (int row = 0; row < _batch; row++)
            {
                int seen = 0;
                for (int i = 0; i < Total; i++)
                {
                    int place = (row * Total) + i;
                    _ids[place] = i < _prompt ? prompts.Values[(row * _prompt) + i] : options.PaddingId;
                    _mask[place] = i < _prompt && mask is not null ? mask.Values[(row * _prompt) + i] : 1;
                    seen += _mask[place];
                    _positions[place] = Math.Max(0, seen - 1);
                }
            }
        }

        /// <summary>The most tokens of a sequence, the prompt's counted.</summary>
        public int Total { get; }

        public GeneratedText Generate(IDecoding decoding, ComputeContext context, CancellationToken cancellationToken)
        {
            int length = _prompt;
            for (int first = 0; length < Total && !_isEnded.All(ended => ended); first = length, length++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using TensorScope scope = context.BeginScope();
                Tensor logits = decoding.Next(Columns(_ids, first, length), Columns(_mask, 0, length), Columns(_positions, first, length));
                for (int row = 0; row < _batch; row++)
                {
                    Choose(logits, row, length);
                }
            }

            int[] sequences = length == Total ? _ids : [.. Enumerable.Range(0, _batch).SelectMany(row => _ids.AsSpan(row * Total, length).ToArray())];
            return new GeneratedText(new IndexTensor(sequences, _batch, length), [.. _logProbabilities.Select(row => row[..(length - _prompt)])]);
        }

        private void Choose(Tensor logits, int row, int length)
        {
            if (_isEnded[row])
            {
                return;
            }

            int vocabulary = logits.Size(-1);
            Span<float> scores = logits.Values.Slice(row * vocabulary, vocabulary);
            float logSum = SoftmaxKernels.LogSumExp(scores);
            if (!float.IsFinite(logSum))
            {
                throw new ModelException(ModelError.InvalidInput, "The scores of the next token are not finite: weights are NaN or infinite, or the edit's coefficient is too large.");
            }

            float[] plain = scores.ToArray();
            if (_options.Sampling.RepetitionPenalty != 1)
            {
                Sampling.Penalize(scores, _ids.AsSpan(row * Total, length), _options.Sampling.RepetitionPenalty);
            }

            int id = Sampling.Choose(scores, _options.Sampling, _options.FirstSequence + row, length - _prompt);
            float logProbability = plain[id] - logSum;
            _ids[(row * Total) + length] = id;
            _logProbabilities[row][length - _prompt] = logProbability;
            _isEnded[row] = _options.EndIds.Contains(id);
            _onToken?.Invoke(new GeneratedToken(row, id, logProbability, _isEnded[row]));
        }

        private IndexTensor Columns(int[] values, int start, int end)
        {
            int[] columns = new int[_batch * (end - start)];
            for (int row = 0; row < _batch; row++)
            {
                values.AsSpan((row * Total) + start, end - start).CopyTo(columns.AsSpan(row * (end - start)));
            }

            return new IndexTensor(columns, _batch, end - start);
        }
    }
}
