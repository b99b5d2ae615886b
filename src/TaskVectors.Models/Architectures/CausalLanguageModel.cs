using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>A model of the next token: what GPT-2 and the Llama family have in common.</summary>
/// <remarks>
/// Inputs: <c>input_ids</c>, <c>attention_mask</c>, <c>position_ids</c> (0, 1, ... when absent), <c>labels</c> (token ids at their own places; they are
/// shifted inside). Outputs: <c>logits</c>, <c>loss</c>, <c>hidden_states.i</c>, of which the last is after the last norm.
/// </remarks>
public abstract class CausalLanguageModel : Model
{
    private protected CausalLanguageModel(ComputeContext context, string architecture)
        : base(context, architecture)
    {
    }

    /// <summary>The number of tokens.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The most tokens that a sequence may have.</summary>
    public abstract int MaximumLength { get; }

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ModelOutputs outputs = new();
        IndexTensor ids = inputs.RequireIds();
        Tensor states = Encode(ids, inputs.AttentionMask, inputs.PositionIds, null, inputs.WantsHiddenStates ? outputs : null);
        Tensor logits = outputs.Add("logits", Project(states));
        if (inputs.Labels is not null)
        {
            _ = outputs.Add("loss", LossOf(logits, Shift(ids, inputs.Labels)));
        }

        return outputs;
    }

    /// <summary>The scores of the token after each sequence, of sequences that go on where a cache ends.</summary>
    /// <param name="ids">[batch, n]: the tokens after those of the cache.</param>
    /// <param name="mask">[batch, cached + n]: 0 for padding; null where there is none.</param>
    /// <param name="positions">[batch, n]; null counts on from the cache.</param>
    /// <param name="cache">Receives the keys and values of the tokens.</param>
    /// <returns>[batch, vocabulary].</returns>
    public Tensor NextTokenLogits(IndexTensor ids, IndexTensor? mask, IndexTensor? positions, KeyValueCache cache)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(cache);
        Tensor states = Encode(ids, mask, positions, cache, null);
        cache.Advance(ids.Size(1));
        Tensor last = states.Slice(1, ids.Size(1) - 1, 1).Reshape(ids.Size(0), states.Size(2));
        return Project(last);
    }

    /// <summary>The scores of the token after each of the given, of sequences that go on where a cache ends.</summary>
    /// <param name="ids">[batch, n]: the tokens after those of the cache.</param>
    /// <param name="mask">[batch, cached + n]: 0 for padding; null where there is none.</param>
    /// <param name="positions">[batch, n]; null counts on from the cache.</param>
    /// <param name="cache">Receives the keys and values of the tokens.</param>
    /// <returns>[batch, n, vocabulary].</returns>
    public Tensor Logits(IndexTensor ids, IndexTensor? mask, IndexTensor? positions, KeyValueCache cache)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(cache);
        Tensor states = Encode(ids, mask, positions, cache, null);
        cache.Advance(ids.Size(1));
        return Project(states);
    }

    /// <summary>[batch, n, width]: what the scores of the next tokens are made of.</summary>
    internal Tensor States(IndexTensor ids) => Encode(ids, null, null, null, null);

    /// <summary>[batch, count, vocabulary]: the scores after some of the tokens. All at once may be much memory.</summary>
    internal Tensor Logits(Tensor states, int start, int count) => Project(states.Slice(1, start, count));

    /// <summary>Makes an empty cache.</summary>
    /// <param name="batch">The number of sequences.</param>
    /// <param name="capacity">The most tokens of each.</param>
    public abstract KeyValueCache CreateCache(int batch, int capacity);

    /// <summary>The states after the last norm.</summary>
    private protected abstract Tensor Encode(IndexTensor ids, IndexTensor? mask, IndexTensor? positions, KeyValueCache? cache, ModelOutputs? outputs);

    /// <summary>The scores of the next token for each state.</summary>
    private protected abstract Tensor Project(Tensor states);

    /// <summary>Checks ids and positions; counts positions on from the cache where there are none.</summary>
    private protected IndexTensor Positions(IndexTensor ids, IndexTensor? positions, KeyValueCache? cache)
    {
        RequireIds("input_ids", ids, VocabularySize);
        int start = cache?.Length ?? 0;
        if (start + ids.Size(1) > (cache?.Capacity ?? MaximumLength))
        {
            throw InvalidInput("input_ids", $"A sequence of {start + ids.Size(1)} tokens is longer than the model's or the cache's {cache?.Capacity ?? MaximumLength}.");
        }

        if (positions is not null && positions.Count != ids.Count)
        {
            throw InvalidInput("position_ids", $"position_ids of shape {positions.Shape} do not fit input_ids of shape {ids.Shape}.");
        }

        return positions ?? Sequence(ids.Size(0), ids.Size(1), start);
    }

    private static IndexTensor Shift(IndexTensor ids, IndexTensor labels)
    {
        if (labels.Count != ids.Count)
        {
            throw InvalidInput("labels", $"labels of shape {labels.Shape} do not fit input_ids of shape {ids.Shape}.");
        }

        int[] targets = new int[labels.Count];
        int length = ids.Size(1);
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = i % length == length - 1 ? IgnoredLabel : labels.Values[i + 1];
        }

        return new IndexTensor(targets, labels.Shape.Dimensions);
    }
}
