using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>GPT-2 (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019). Its weights are stored as [in, out].</summary>
public sealed class Gpt2Model : CausalLanguageModel
{
    private readonly int _width;
    private readonly int _heads;
    private readonly float _epsilon;
    private readonly Activation _activation;
    private readonly Tensor _tokens;
    private readonly Tensor _positions;
    private readonly Tensor _head;
    private readonly Tensor[] _norm;
    private readonly Block[] _blocks;

    internal Gpt2Model(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        _width = config.Size("n_embd");
        _heads = config.Size("n_head");
        _epsilon = (float)config.Number("layer_norm_epsilon", 1e-5);
        _activation = ActivationNames.Parse(config, "activation_function", "gelu_new");
        int inner = config.Size("n_inner", 4 * _width);
        if (_width % _heads != 0 || config.Flag("scale_attn_by_inverse_layer_idx", false) || !config.Flag("scale_attn_weights", true))
        {
            throw config.Error("n_embd must be a multiple of n_head, scale_attn_weights true and scale_attn_by_inverse_layer_idx false.");
        }

        string prefix = weights.Prefix("transformer.");
        VocabularySize = config.Size("vocab_size");
        MaximumLength = config.Size("n_positions", 1024);
        _tokens = weights.Take(prefix + "wte.weight", VocabularySize, _width);
        _positions = weights.Take(prefix + "wpe.weight", MaximumLength, _width);
        _blocks = [.. Enumerable.Range(0, config.Size("n_layer")).Select(i => new Block(weights, $"{prefix}h.{i}.", _width, inner))];
        _norm = [weights.Take(prefix + "ln_f.weight", _width), weights.Take(prefix + "ln_f.bias", _width)];
        _head = config.Flag("tie_word_embeddings", true) ? _tokens : weights.Take("lm_head.weight", VocabularySize, _width);
    }

    /// <inheritdoc/>
    public override int VocabularySize { get; }

    /// <inheritdoc/>
    public override int MaximumLength { get; }

    /// <inheritdoc/>
    public override KeyValueCache CreateCache(int batch, int capacity) => new(Context, _blocks.Length, batch, Math.Min(capacity, MaximumLength), _width);

    private protected override Tensor Encode(IndexTensor ids, IndexTensor? mask, IndexTensor? positions, KeyValueCache? cache, ModelOutputs? outputs)
    {
        positions = Positions(ids, positions, cache);
        RequireIds("position_ids", positions, MaximumLength);
        Tensor x = _tokens.Embed(ids).Add(_positions.Embed(positions));
        AttentionOptions options = new() { IsCausal = true, KeyMask = mask };
        for (int i = 0; i < _blocks.Length; i++)
        {
            int layer = i;
            _ = outputs?.Add($"hidden_states.{i}", x);
            x = RunBlock(x, outputs is not null, input => RunLayer(layer, input, options, cache));
        }

        Tensor last = x.LayerNorm(_norm[0], _norm[1], _epsilon);
        _ = outputs?.Add($"hidden_states.{_blocks.Length}", last);
        return last;
    }

    private protected override Tensor Project(Tensor states) => states.Linear(_head);

    private Tensor RunLayer(int layer, Tensor x, AttentionOptions options, KeyValueCache? cache)
    {
        Block block = _blocks[layer];
        int size = _width / _heads;
        Tensor projected = x.LayerNorm(block.FirstNorm[0], block.FirstNorm[1], _epsilon).LinearInOut(block.Projection[0], block.Projection[1]);
        Heads keys = new(projected, _heads, size, _width);
        Heads values = new(projected, _heads, size, 2 * _width);
        if (cache is not null)
        {
            (keys, values) = cache.Append(layer, keys, values);
        }

        Tensor attended = AttentionOperations.Attend(new Heads(projected, _heads, size), keys, values, options);
        Tensor middle = attended.LinearInOut(block.Attention[0], block.Attention[1], residual: x);
        return middle.LayerNorm(block.SecondNorm[0], block.SecondNorm[1], _epsilon)
            .LinearInOut(block.Inner[0], block.Inner[1], _activation)
            .LinearInOut(block.Outer[0], block.Outer[1], residual: middle);
    }

    private sealed class Block(WeightReader weights, string name, int width, int inner)
    {
        public Tensor[] FirstNorm { get; } = [weights.Take(name + "ln_1.weight", width), weights.Take(name + "ln_1.bias", width)];

        /// <summary>Queries, keys and values side by side.</summary>
        public Tensor[] Projection { get; } = [weights.Take(name + "attn.c_attn.weight", width, 3 * width), weights.Take(name + "attn.c_attn.bias", 3 * width)];

        public Tensor[] Attention { get; } = [weights.Take(name + "attn.c_proj.weight", width, width), weights.Take(name + "attn.c_proj.bias", width)];

        public Tensor[] SecondNorm { get; } = [weights.Take(name + "ln_2.weight", width), weights.Take(name + "ln_2.bias", width)];

        public Tensor[] Inner { get; } = [weights.Take(name + "mlp.c_fc.weight", width, inner), weights.Take(name + "mlp.c_fc.bias", inner)];

        public Tensor[] Outer { get; } = [weights.Take(name + "mlp.c_proj.weight", inner, width), weights.Take(name + "mlp.c_proj.bias", width)];
    }
}
