using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>
/// T5 (Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020) and its version 1.1: an encoder and a
/// decoder with relative positions in place of absolute ones, and attention without a scale.
/// </summary>
/// <remarks>
/// Inputs: <c>input_ids</c>, <c>attention_mask</c>, and <c>decoder_input_ids</c> or <c>labels</c>. Outputs: <c>logits</c>, <c>loss</c>,
/// <c>encoder_last_hidden_state</c>, <c>encoder_hidden_states.i</c>, <c>decoder_hidden_states.i</c>.
/// </remarks>
public sealed class T5Model : Model
{
    private readonly int _heads;
    private readonly int _size;
    private readonly float _epsilon;
    private readonly float _outputScale;
    private readonly int _startId;
    private readonly int _paddingId;
    private readonly int _buckets;
    private readonly int _maximumDistance;
    private readonly bool _isGated;
    private readonly Activation _activation;
    private readonly Tensor _shared;
    private readonly Tensor _head;
    private readonly Stack _encoder;
    private readonly Stack _decoder;

    internal T5Model(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        int width = config.Size("d_model");
        _heads = config.Size("num_heads");
        _size = config.Size("d_kv");
        _epsilon = (float)config.Number("layer_norm_epsilon", 1e-6);
        _startId = config.Integer("decoder_start_token_id", config.Integer("pad_token_id", 0));
        _paddingId = config.Integer("pad_token_id", 0);
        _buckets = config.Size("relative_attention_num_buckets", 32);
        _maximumDistance = config.Size("relative_attention_max_distance", 128);
        string feedForward = config.Text("feed_forward_proj") ?? "relu";
        _isGated = feedForward.StartsWith("gated-", StringComparison.Ordinal);
        _activation = feedForward switch
        {
            "relu" or "gated-relu" => Activation.Relu,
            "gated-gelu" => Activation.GeluTanh,
            "gelu" => Activation.GeluExact,
            "silu" or "gated-silu" => Activation.Silu,
            _ => throw config.Error($"The feed-forward '{feedForward}' is not known; known are relu, gelu, silu and gated-gelu, gated-relu, gated-silu."),
        };
        if (_buckets < 4 || _maximumDistance <= _buckets)
        {
            throw config.Error($"relative_attention_num_buckets {_buckets} must be at least 4 and below relative_attention_max_distance {_maximumDistance}.");
        }

        int vocabulary = config.Size("vocab_size");
        bool isTied = config.Flag("tie_word_embeddings", true);
        _shared = weights.Take("shared.weight", vocabulary, width);
        int inner = config.Size("d_ff");
        int layers = config.Size("num_layers");
        _encoder = new Stack(weights, "encoder.", this, width, inner, layers, hasCross: false);
        _decoder = new Stack(weights, "decoder.", this, width, inner, config.Size("num_decoder_layers", layers), hasCross: true);
        _head = isTied ? _shared : weights.Take("lm_head.weight", vocabulary, width);
        _outputScale = isTied ? 1 / MathF.Sqrt(width) : 1;
    }

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ModelOutputs outputs = new();
        ModelOutputs? states = inputs.WantsHiddenStates ? outputs : null;
        Tensor encoded = outputs.Add("encoder_last_hidden_state", Encode(inputs, states));
        IndexTensor? said = inputs.DecoderInputIds ?? (inputs.Labels is null ? null : ShiftRight(inputs.Labels));
        if (said is null)
        {
            return outputs;
        }

        Tensor logits = outputs.Add("logits", Decode(said, encoded, inputs.AttentionMask, states));
        if (inputs.Labels is not null)
        {
            _ = outputs.Add("loss", LossOf(logits, inputs.Labels));
        }

        return outputs;
    }

    /// <summary>The token that the decoder starts with.</summary>
    public int StartId => _startId;

    /// <summary>The number of tokens.</summary>
    public int VocabularySize => _head.Size(0);

    /// <summary>Encodes sources and makes a cache in which nothing has been said.</summary>
    /// <param name="source">Token ids and mask.</param>
    /// <param name="capacity">The most tokens to say, the start token counted.</param>
    /// <exception cref="ModelException">The ids do not fit the model.</exception>
    public T5Cache CreateCache(ModelInputs source, int capacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        using IDisposable inference = Context.BeginInference();
        using TensorScope scope = Context.BeginScope();
        Tensor encoded = Encode(source, null);
        (Heads, Heads)[] layers = [.. _decoder.Blocks.Select(block => (Own(encoded.Linear(block.Cross![1])), Own(encoded.Linear(block.Cross[2]))))];
        return new T5Cache(new KeyValueCache(Context, layers.Length, encoded.Size(0), capacity, _heads * _size), source.AttentionMask, layers);

        Heads Own(Tensor tensor)
        {
            Tensor copy = Context.AllocateUntracked(tensor.Shape);
            tensor.Values.CopyTo(copy.Values);
            return new Heads(copy, _heads, _size);
        }
    }

    /// <summary>The scores of the token after those said so far.</summary>
    /// <param name="ids">[batch, n]: the tokens after those of the cache, at first the start token.</param>
    /// <param name="cache">Receives the keys and values of the tokens.</param>
    /// <returns>[batch, vocabulary].</returns>
    /// <exception cref="ModelException">An id is not in the vocabulary, or the cache is full.</exception>
    public Tensor NextTokenLogits(IndexTensor ids, T5Cache cache)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(cache);
        RequireIds("decoder_input_ids", ids, _shared.Size(0));
        if (cache.Length + ids.Size(1) > cache.Said.Capacity)
        {
            throw InvalidInput("decoder_input_ids", $"The cache holds {cache.Said.Capacity} tokens; {cache.Length + ids.Size(1)} are too many.");
        }

        Tensor states = RunStack(_decoder, ids, null, cache.Mask, cache, "decoder_hidden_states.", null);
        cache.Said.Advance(ids.Size(1));
        return Project(states.Slice(1, ids.Size(1) - 1, 1).Reshape(ids.Size(0), states.Size(2)));
    }

    private Tensor Encode(ModelInputs inputs, ModelOutputs? outputs)
    {
        IndexTensor ids = inputs.RequireIds();
        RequireIds("input_ids", ids, _shared.Size(0));
        return RunStack(_encoder, ids, null, inputs.AttentionMask, null, "encoder_hidden_states.", outputs);
    }

    private Tensor Decode(IndexTensor ids, Tensor encoded, IndexTensor? mask, ModelOutputs? outputs)
    {
        RequireIds("decoder_input_ids", ids, _shared.Size(0));
        return Project(RunStack(_decoder, ids, encoded, mask, null, "decoder_hidden_states.", outputs));
    }

    private Tensor Project(Tensor states) => (_outputScale == 1 ? states : states.Scale(_outputScale)).Linear(_head);

    private Tensor RunStack(Stack stack, IndexTensor ids, Tensor? encoded, IndexTensor? mask, T5Cache? cache, string name, ModelOutputs? outputs)
    {
        Tensor x = _shared.Embed(ids);
        bool isDecoder = stack == _decoder;
        AttentionOptions self = new()
        {
            Scale = 1,
            IsCausal = isDecoder,
            KeyMask = isDecoder ? null : mask,
            Bias = PositionBias(stack.RelativeBias, cache?.Length ?? 0, ids.Size(1), isBidirectional: !isDecoder),
        };
        AttentionOptions cross = new() { Scale = 1, KeyMask = mask };
        for (int i = 0; i < stack.Blocks.Length; i++)
        {
            int layer = i;
            _ = outputs?.Add($"{name}{i}", x);
            x = RunBlock(x, outputs is not null, input => RunLayer(stack.Blocks[layer], layer, input, self, encoded, cross, cache));
        }

        Tensor last = x.RmsNorm(stack.Norm, _epsilon);
        _ = outputs?.Add($"{name}{stack.Blocks.Length}", last);
        return last;
    }

    private Tensor RunLayer(Block block, int layer, Tensor x, AttentionOptions self, Tensor? encoded, AttentionOptions cross, T5Cache? cache)
    {
        Tensor normal = x.RmsNorm(block.SelfNorm, _epsilon);
        (Heads keys, Heads values) = KeysAndValues(block.Self, normal);
        Tensor middle = Attend(block.Self, normal, cache is null ? (keys, values) : cache.Said.Append(layer, keys, values), self, x);
        if (block.Cross is not null)
        {
            middle = Attend(block.Cross, middle.RmsNorm(block.CrossNorm!, _epsilon), cache?.SourceOf(layer) ?? KeysAndValues(block.Cross, encoded!), cross, middle);
        }

        normal = middle.RmsNorm(block.InnerNorm, _epsilon);
        Tensor inner = block.Up is null ? normal.Linear(block.Gate, activation: _activation) : normal.Linear(block.Gate).Gate(normal.Linear(block.Up), _activation);
        return inner.Linear(block.Down, residual: middle);
    }

    private (Heads Keys, Heads Values) KeysAndValues(Tensor[] weights, Tensor source) =>
        (new Heads(source.Linear(weights[1]), _heads, _size), new Heads(source.Linear(weights[2]), _heads, _size));

    private Tensor Attend(Tensor[] weights, Tensor x, (Heads Keys, Heads Values) source, AttentionOptions options, Tensor residual) => AttentionOperations.Attend(
        new Heads(x.Linear(weights[0]), _heads, _size), source.Keys, source.Values, options).Linear(weights[3], residual: residual);

    /// <summary>One number a head for each distance from some tokens to those up to them: [1, heads, length, start + length].</summary>
    private Tensor PositionBias(Tensor table, int start, int length, bool isBidirectional)
    {
        int keys = start + length;
        int[] buckets = new int[length * keys];
        for (int i = 0; i < buckets.Length; i++)
        {
            buckets[i] = Bucket((i % keys) - (i / keys) - start, isBidirectional);
        }

        return table.Embed(new IndexTensor(buckets, length, keys)).Permute(2, 0, 1).Reshape(1, _heads, length, keys);
    }

    /// <summary>Small distances have a bucket each, larger ones share buckets that grow in a geometric series. F32, so that limits fall where they fell in training.</summary>
    private int Bucket(int distance, bool isBidirectional)
    {
        int buckets = isBidirectional ? _buckets / 2 : _buckets;
        int side = isBidirectional && distance > 0 ? buckets : 0;
        int steps = isBidirectional ? Math.Abs(distance) : Math.Max(-distance, 0);
        int exact = buckets / 2;
        if (steps < exact)
        {
            return side + steps;
        }

        float share = MathF.Log(steps / (float)exact) / (float)Math.Log(_maximumDistance / (double)exact);
        return side + Math.Min(exact + (int)(share * (buckets - exact)), buckets - 1);
    }

    /// <summary>What the decoder has said before each label: the start token, then the labels; ignored ones as padding.</summary>
    private IndexTensor ShiftRight(IndexTensor labels)
    {
        int[] ids = new int[labels.Count];
        int length = labels.Size(1);
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = i % length == 0 ? _startId : labels.Values[i - 1] == IgnoredLabel ? _paddingId : labels.Values[i - 1];
        }

        return new IndexTensor(ids, labels.Shape.Dimensions);
    }

    private sealed class Stack(WeightReader weights, string name, T5Model model, int width, int inner, int layers, bool hasCross)
    {
        public Tensor RelativeBias { get; } = weights.Take(name + "block.0.layer.0.SelfAttention.relative_attention_bias.weight", model._buckets, model._heads);

        public Block[] Blocks { get; } = [.. Enumerable.Range(0, layers).Select(i => new Block(weights, $"{name}block.{i}.layer.", model, width, inner, hasCross))];

        public Tensor Norm { get; } = weights.Take(name + "final_layer_norm.weight", width);
    }

    private sealed class Block(WeightReader weights, string name, T5Model model, int width, int inner, bool hasCross)
    {
        public Tensor SelfNorm { get; } = weights.Take(name + "0.layer_norm.weight", width);

        public Tensor[] Self { get; } = TakeAttention(weights, name + "0.SelfAttention.", width, model._heads * model._size);

        public Tensor? CrossNorm { get; } = hasCross ? weights.Take(name + "1.layer_norm.weight", width) : null;

        public Tensor[]? Cross { get; } = hasCross ? TakeAttention(weights, name + "1.EncDecAttention.", width, model._heads * model._size) : null;

        public Tensor InnerNorm { get; } = weights.Take(FeedForward(name, hasCross) + "layer_norm.weight", width);

        public Tensor Gate { get; } = weights.Take(
            FeedForward(name, hasCross) + (model._isGated ? "DenseReluDense.wi_0.weight" : "DenseReluDense.wi.weight"), inner, width);

        public Tensor? Up { get; } = model._isGated ? weights.Take(FeedForward(name, hasCross) + "DenseReluDense.wi_1.weight", inner, width) : null;

        public Tensor Down { get; } = weights.Take(FeedForward(name, hasCross) + "DenseReluDense.wo.weight", width, inner);

        private static string FeedForward(string name, bool hasCross) => hasCross ? name + "2." : name + "1.";

        /// <summary>Queries, keys, values, output.</summary>
        private static Tensor[] TakeAttention(WeightReader weights, string name, int width, int heads) =>
        [
            weights.Take(name + "q.weight", heads, width),
            weights.Take(name + "k.weight", heads, width),
            weights.Take(name + "v.weight", heads, width),
            weights.Take(name + "o.weight", width, heads),
        ];
    }
}
