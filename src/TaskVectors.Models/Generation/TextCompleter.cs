using TaskVectors.Models.Architectures;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Tokenizers;

namespace TaskVectors.Models.Generation;

/// <summary>
/// Completes texts: continues them with a causal language model, or says what an encoder-decoder makes of them. What is drawn for a prompt depends
/// on the seed and its number, not on the batch.
/// </summary>
public sealed class TextCompleter
{
    private readonly Model _model;
    private readonly Tokenizer _tokenizer;
    private readonly GenerationOptions _options;
    private readonly int _batchSize;

    /// <summary>Binds a model and its tokenizer.</summary>
    /// <param name="model">A causal language model or T5.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="options">How many tokens, and how they are chosen.</param>
    /// <param name="batchSize">Prompts at a time, at least 1.</param>
    /// <exception cref="ModelException">The model does not write text.</exception>
    /// <exception cref="TokenizerException">The tokenizer has ids that the model has no row for.</exception>
    public TextCompleter(Model model, Tokenizer tokenizer, GenerationOptions? options = null, int batchSize = 8)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _model = model;
        _tokenizer = tokenizer.WithPadding(null).WithTruncation(null);
        _options = options ?? new GenerationOptions();
        _batchSize = batchSize;
        tokenizer.CheckFits(model switch
        {
            CausalLanguageModel causal => causal.VocabularySize,
            T5Model t5 => t5.VocabularySize,
            _ => throw new ModelException(
                ModelError.InvalidInput,
                $"{model.Architecture} does not write text; GPT2LMHeadModel, LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM and T5ForConditionalGeneration do."),
        });
    }

    /// <summary>Completes prompts.</summary>
    /// <param name="prompts">The prompts; each has at least one token, and leaves room for one in the model's length.</param>
    /// <param name="onText">Told the number of a prompt and each piece of its text as it is written.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>One text a prompt, in their order.</returns>
    /// <exception cref="ModelException">A prompt is empty or too long for the model.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot take a prompt.</exception>
    public IReadOnlyList<CompletedText> Complete(IReadOnlyList<string> prompts, Action<int, string>? onText = null, CancellationToken cancellationToken = default) =>
        [.. Stream(prompts, onText, cancellationToken)];

    /// <summary>As <see cref="Complete"/>, with the texts of each batch as soon as it is done. All prompts are checked before the first is run.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="onText">Told the number of a prompt and each piece of its text as it is written.</param>
    /// <param name="cancellationToken">Stops between tokens.</param>
    /// <returns>One text a prompt, in their order.</returns>
    /// <exception cref="ModelException">A prompt is empty or too long for the model.</exception>
    /// <exception cref="TokenizerException">The tokenizer cannot take a prompt.</exception>
    public IEnumerable<CompletedText> Stream(IReadOnlyList<string> prompts, Action<int, string>? onText = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        int[][] ids = [.. _tokenizer.EncodeBatch(prompts).Select(encoding => encoding.Ids.ToArray())];
        for (int index = 0; index < ids.Length; index++)
        {
            if (ids[index].Length == 0 || ids[index].Length >= MaximumLength)
            {
                throw new ModelException(
                    ModelError.InvalidInput, $"Prompt {index} has {ids[index].Length} tokens; it needs one at least, and the model takes {MaximumLength} with the text that follows.");
            }
        }

        return Batches(prompts, ids, onText, cancellationToken).SelectMany(texts => texts);
    }

    private IEnumerable<IReadOnlyList<CompletedText>> Batches(IReadOnlyList<string> prompts, int[][] ids, Action<int, string>? onText, CancellationToken cancellationToken)
    {
        for (int first = 0, count; first < ids.Length; first += count)
        {
            count = Fits(ids.AsSpan(first));
            yield return new Batch(this, prompts.Skip(first).Take(count), ids.AsSpan(first, count), first, onText).Run(cancellationToken);
        }
    }

    private int MaximumLength => _model is CausalLanguageModel causal ? causal.MaximumLength : int.MaxValue;

    /// <summary>How many prompts can be run together so that none gets fewer new tokens than it would alone.</summary>
    private int Fits(ReadOnlySpan<int[]> ids)
    {
        int longest = 0;
        int count = 0;
        while (count < Math.Min(ids.Length, _batchSize))
        {
            longest = Math.Max(longest, ids[count].Length);
            if (count > 0 && (long)longest + _options.MaximumNewTokens > MaximumLength)
            {
                break;
            }

            count++;
        }

        return count;
    }

    private sealed class Batch
    {
        private readonly TextCompleter _owner;
        private readonly string[] _prompts;
        private readonly int[][] _ids;
        private readonly int _first;
        private readonly Action<int, string>? _onText;
        private readonly IncrementalText[] _texts;
        private readonly List<GeneratedToken>[] _tokens;

        public Batch(TextCompleter owner, IEnumerable<string> prompts, ReadOnlySpan<int[]> ids, int first, Action<int, string>? onText)
        {
            _owner = owner;
            _prompts = [.. prompts];
            _ids = ids.ToArray();
            (_first, _onText) = (first, onText);
            _texts = [.. _ids.Select(prompt => new IncrementalText(owner._tokenizer, owner._model is T5Model ? [] : prompt))];
            _tokens = [.. _ids.Select(_ => new List<GeneratedToken>())];
        }

        public IReadOnlyList<CompletedText> Run(CancellationToken cancellationToken)
        {
            GenerationOptions options = _owner._options with { FirstSequence = _owner._options.FirstSequence + _first };
            _ = _owner._model switch
            {
                CausalLanguageModel causal => Generate(causal, options, cancellationToken),
                _ => TextGenerator.Generate((T5Model)_owner._model, Source(), options, Tell, cancellationToken),
            };
            for (int row = 0; row < _texts.Length; row++)
            {
                Tell(row, _texts[row].Finish());
            }

            return [.. _prompts.Select((prompt, row) => new CompletedText(
                prompt,
                _texts[row].Text,
                _ids[row],
                [.. _tokens[row].Select(token => token.Id)],
                [.. _tokens[row].Select(token => token.LogProbability)],
                _tokens[row].Any(token => token.IsLast)))];
        }

        private GeneratedText Generate(CausalLanguageModel model, GenerationOptions options, CancellationToken cancellationToken)
        {
            (IndexTensor ids, IndexTensor mask) = Pad(isLeft: true);
            return TextGenerator.Generate(model, ids, mask, options, Tell, cancellationToken);
        }

        private ModelInputs Source()
        {
            (IndexTensor ids, IndexTensor mask) = Pad(isLeft: false);
            return new ModelInputs { InputIds = ids, AttentionMask = mask };
        }

        private (IndexTensor Ids, IndexTensor Mask) Pad(bool isLeft)
        {
            int length = _ids.Max(prompt => prompt.Length);
            int[] ids = new int[_ids.Length * length];
            int[] mask = new int[ids.Length];
            Array.Fill(ids, _owner._options.PaddingId);
            for (int row = 0; row < _ids.Length; row++)
            {
                int start = (row * length) + (isLeft ? length - _ids[row].Length : 0);
                _ids[row].CopyTo(ids, start);
                mask.AsSpan(start, _ids[row].Length).Fill(1);
            }

            return (new IndexTensor(ids, _ids.Length, length), new IndexTensor(mask, _ids.Length, length));
        }

        private void Tell(GeneratedToken token)
        {
            _tokens[token.Row].Add(token);
            Tell(token.Row, token.IsLast ? string.Empty : _texts[token.Row].Add(token.Id));
        }

        private void Tell(int row, string piece)
        {
            if (piece.Length > 0)
            {
                _onText?.Invoke(_first + row, piece);
            }
        }
    }
}
