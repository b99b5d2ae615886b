using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>
/// The Llama family: Llama (Touvron et al., 2023), Mistral (Jiang et al., 2023: sliding windows) and Qwen2 (Yang et al., 2024: biases of queries, keys
/// and values). RMS norms in front, rotary positions, grouped queries (Ainslie et al., 2023), SwiGLU.
/// </summary>
public sealed class LlamaModel : CausalLanguageModel
{
    private readonly int _heads;
    private readonly int _keyHeads;
    private readonly int _size;
    private readonly float _epsilon;
    private readonly Activation _activation;
    private readonly double[] _frequencies;
    private readonly Tensor _tokens;
    private readonly Tensor _norm;
    private readonly Tensor _head;
    private readonly Layer[] _layers;

    internal LlamaModel(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        int width = config.Size("hidden_size");
        _heads = config.Size("num_attention_heads");
        _keyHeads = config.Size("num_key_value_heads", _heads);
        _size = config.Size("head_dim", Math.Max(1, width / _heads));
        _epsilon = (float)config.Number("rms_norm_eps", 1e-6);
        _activation = ActivationNames.Parse(config, "hidden_act", "silu");
        if (_heads % _keyHeads != 0 || _size % 2 != 0)
        {
            throw config.Error($"{_heads} query heads must be a multiple of {_keyHeads} key heads, and the head size {_size} even.");
        }

        _frequencies = RotaryFrequencies.Read(config, _size);
        VocabularySize = config.Size("vocab_size");
        MaximumLength = config.Size("max_position_embeddings", 2048);
        bool isQwen = architecture.StartsWith("Qwen2", StringComparison.Ordinal);
        LayerSizes sizes = new(
            width,
            config.Size("intermediate_size"),
            _heads * _size,
            _keyHeads * _size,
            isQwen || config.Flag("attention_bias", false),
            !isQwen && config.Flag("attention_bias", false),
            config.Flag("mlp_bias", false));
        string prefix = weights.Prefix("model.");
        _tokens = weights.Take(prefix + "embed_tokens.weight", VocabularySize, width);
        _layers = [.. Enumerable.Range(0, config.Size("num_hidden_layers")).Select(
            i => new Layer(weights, $"{prefix}layers.{i}.", sizes, Window(architecture, config, i)))];
        _norm = weights.Take(prefix + "norm.weight", width);
        _head = config.Flag("tie_word_embeddings", false) ? _tokens : weights.Take("lm_head.weight", VocabularySize, width);
    }

    /// <inheritdoc/>
    public override int VocabularySize { get; }

    /// <inheritdoc/>
    public override int MaximumLength { get; }

    /// <inheritdoc/>
    public override KeyValueCache CreateCache(int batch, int capacity) => new(Context, _layers.Length, batch, capacity, _keyHeads * _size);

    private protected override Tensor Encode(IndexTensor ids, IndexTensor? mask, IndexTensor? positions, KeyValueCache? cache, ModelOutputs? outputs)
    {
        IndexTensor places = Positions(ids, positions, cache);
        Tensor x = _tokens.Embed(ids);
        for (int i = 0; i < _layers.Length; i++)
        {
            int layer = i;
            _ = outputs?.Add($"hidden_states.{i}", x);
            x = RunBlock(x, outputs is not null, input => RunLayer(layer, input, places, mask, cache));
        }

        Tensor last = x.RmsNorm(_norm, _epsilon);
        _ = outputs?.Add($"hidden_states.{_layers.Length}", last);
        return last;
    }

    private protected override Tensor Project(Tensor states) => states.Linear(_head);

    /// <summary>How many tokens a layer sees; 0 for all.</summary>
    private static int Window(string architecture, ModelConfig config, int layer)
    {
        int window = config.Integer("sliding_window", 0);
        if (architecture.StartsWith("Mistral", StringComparison.Ordinal))
        {
            return window;
        }

        IReadOnlyList<string> kinds = config.Texts("layer_types");
        bool slides = architecture.StartsWith("Qwen2", StringComparison.Ordinal)
            && config.Flag("use_sliding_window", false)
            && (layer < kinds.Count ? kinds[layer] == "sliding_attention" : layer >= config.Integer("max_window_layers", 28));
        return slides ? window : 0;
    }

    private Tensor RunLayer(int index, Tensor x, IndexTensor positions, IndexTensor? mask, KeyValueCache? cache)
    {
        Layer layer = _layers[index];
        Tensor normal = x.RmsNorm(layer.FirstNorm, _epsilon);
        Heads queries = new(normal.Linear(layer.Query, layer.QueryBias).Rotate(positions, _frequencies), _heads, _size);
        Heads keys = new(normal.Linear(layer.Key, layer.KeyBias).Rotate(positions, _frequencies), _keyHeads, _size);
        Heads values = new(normal.Linear(layer.Value, layer.ValueBias), _keyHeads, _size);
        if (cache is not null)
        {
            (keys, values) = cache.Append(index, keys, values);
        }

        AttentionOptions options = new() { IsCausal = true, KeyMask = mask, Window = layer.Window };
        Tensor middle = AttentionOperations.Attend(queries, keys, values, options).Linear(layer.Output, layer.OutputBias, residual: x);
        Tensor second = middle.RmsNorm(layer.SecondNorm, _epsilon);
        return second.Linear(layer.Gate, layer.GateBias)
            .Gate(second.Linear(layer.Up, layer.UpBias), _activation)
            .Linear(layer.Down, layer.DownBias, residual: middle);
    }

    private sealed record LayerSizes(int Width, int Inner, int Queries, int Keys, bool HasQueryBias, bool HasOutputBias, bool HasInnerBias);

    private sealed class Layer(WeightReader weights, string name, LayerSizes sizes, int window)
    {
        public int Window => window;

        public Tensor FirstNorm { get; } = weights.Take(name + "input_layernorm.weight", sizes.Width);

        public Tensor Query { get; } = weights.Take(name + "self_attn.q_proj.weight", sizes.Queries, sizes.Width);

        public Tensor? QueryBias { get; } = sizes.HasQueryBias ? weights.Take(name + "self_attn.q_proj.bias", sizes.Queries) : null;

        public Tensor Key { get; } = weights.Take(name + "self_attn.k_proj.weight", sizes.Keys, sizes.Width);

        public Tensor? KeyBias { get; } = sizes.HasQueryBias ? weights.Take(name + "self_attn.k_proj.bias", sizes.Keys) : null;

        public Tensor Value { get; } = weights.Take(name + "self_attn.v_proj.weight", sizes.Keys, sizes.Width);

        public Tensor? ValueBias { get; } = sizes.HasQueryBias ? weights.Take(name + "self_attn.v_proj.bias", sizes.Keys) : null;

        public Tensor Output { get; } = weights.Take(name + "self_attn.o_proj.weight", sizes.Width, sizes.Queries);

        public Tensor? OutputBias { get; } = sizes.HasOutputBias ? weights.Take(name + "self_attn.o_proj.bias", sizes.Width) : null;

        public Tensor SecondNorm { get; } = weights.Take(name + "post_attention_layernorm.weight", sizes.Width);

        public Tensor Gate { get; } = weights.Take(name + "mlp.gate_proj.weight", sizes.Inner, sizes.Width);

        public Tensor? GateBias { get; } = sizes.HasInnerBias ? weights.Take(name + "mlp.gate_proj.bias", sizes.Inner) : null;

        public Tensor Up { get; } = weights.Take(name + "mlp.up_proj.weight", sizes.Inner, sizes.Width);

        public Tensor? UpBias { get; } = sizes.HasInnerBias ? weights.Take(name + "mlp.up_proj.bias", sizes.Inner) : null;

        public Tensor Down { get; } = weights.Take(name + "mlp.down_proj.weight", sizes.Width, sizes.Inner);

        public Tensor? DownBias { get; } = sizes.HasInnerBias ? weights.Take(name + "mlp.down_proj.bias", sizes.Width) : null;
    }
}
