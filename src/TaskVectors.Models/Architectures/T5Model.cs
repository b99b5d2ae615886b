using TaskVectors.Models.Autograd;
using TaskVectors.Models.Generation;
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

    /// <summary>Says the likeliest token at each step.</summary>
    /// <param name="inputs">Token ids and mask of the source.</param>
    /// <param name="steps">How many tokens to say.</param>
    /// <returns>[batch, 1 + steps]: the start token and the tokens said, not stopped at an end.</returns>
    public IndexTensor GenerateGreedily(ModelInputs inputs, int steps)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using IDisposable inference = Context.BeginInference();
        using TensorScope scope = Context.BeginScope();
        Tensor encoded = Encode(inputs, null);
        int batch = encoded.Size(0);
        int[][] said = [.. Enumerable.Range(0, batch).Select(_ => new[] { _startId })];
        for (int step = 0; step < steps; step++)
        {
            using TensorScope inner = Context.BeginScope();
            Tensor logits = Decode(new IndexTensor([.. said.SelectMany(row => row)], batch, step + 1), encoded, inputs.AttentionMask, null);
            int vocabulary = logits.Size(2);
            for (int row = 0; row < batch; row++)
            {
                ReadOnlySpan<float> scores = logits.Values.Slice(((row * (step + 1)) + step) * vocabulary, vocabulary);
                said[row] = [.. said[row], Sampling.IndexOfLargest(scores)];
            }
        }

        return new IndexTensor([.. said.SelectMany(row => row)], batch, steps + 1);
    }

    private Tensor Encode(ModelInputs inputs, ModelOutputs? outputs)
    {
        IndexTensor ids = inputs.RequireIds();
        RequireIds("input_ids", ids, _shared.Size(0));
        return RunStack(_encoder, ids, null, inputs.AttentionMask, "encoder_hidden_states.", outputs);
    }

    private Tensor Decode(IndexTensor ids, Tensor encoded, IndexTensor? mask, ModelOutputs? outputs)
    {
        RequireIds("decoder_input_ids", ids, _shared.Size(0));
        Tensor states = RunStack(_decoder, ids, encoded, mask, "decoder_hidden_states.", outputs);
        return (_outputScale == 1 ? states : states.Scale(_outputScale)).Linear(_head);
    }

    private Tensor RunStack(Stack stack, IndexTensor ids, Tensor? encoded, IndexTensor? mask, string name, ModelOutputs? outputs)
    {
        Tensor x = _shared.Embed(ids);
        AttentionOptions self = new()
        {
            Scale = 1,
            IsCausal = encoded is not null,
            KeyMask = encoded is null ? mask : null,
            Bias = PositionBias(stack.RelativeBias, ids.Size(1), isBidirectional: encoded is null),
        };
        AttentionOptions cross = new() { Scale = 1, KeyMask = mask };
        for (int i = 0; i < stack.Blocks.Length; i++)
        {
            Block block = stack.Blocks[i];
            _ = outputs?.Add($"{name}{i}", x);
            x = RunBlock(x, outputs is not null, input => RunLayer(block, input, self, encoded, cross));
        }

        Tensor last = x.RmsNorm(stack.Norm, _epsilon);
        _ = outputs?.Add($"{name}{stack.Blocks.Length}", last);
        return last;
    }

    private Tensor RunLayer(Block block, Tensor x, AttentionOptions self, Tensor? encoded, AttentionOptions cross)
    {
        Tensor normal = x.RmsNorm(block.SelfNorm, _epsilon);
        Tensor middle = Attend(block.Self, normal, normal, self, x);
        if (block.Cross is not null)
        {
            middle = Attend(block.Cross, middle.RmsNorm(block.CrossNorm!, _epsilon), encoded!, cross, middle);
        }

        normal = middle.RmsNorm(block.InnerNorm, _epsilon);
        Tensor inner = block.Up is null ? normal.Linear(block.Gate, activation: _activation) : normal.Linear(block.Gate).Gate(normal.Linear(block.Up), _activation);
        return inner.Linear(block.Down, residual: middle);
    }

    private Tensor Attend(Tensor[] weights, Tensor x, Tensor source, AttentionOptions options, Tensor residual) => AttentionOperations.Attend(
        new Heads(x.Linear(weights[0]), _heads, _size),
        new Heads(source.Linear(weights[1]), _heads, _size),
        new Heads(source.Linear(weights[2]), _heads, _size),
        options).Linear(weights[3], residual: residual);

    /// <summary>One number a head for each distance: [1, heads, n, n].</summary>
    private Tensor PositionBias(Tensor table, int length, bool isBidirectional)
    {
        int[] buckets = new int[length * length];
        for (int query = 0; query < length; query++)
        {
            for (int key = 0; key < length; key++)
            {
                buckets[(query * length) + key] = Bucket(key - query, isBidirectional);
            }
        }

        return table.Embed(new IndexTensor(buckets, length, length)).Permute(2, 0, 1).Reshape(1, _heads, length, length);
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
