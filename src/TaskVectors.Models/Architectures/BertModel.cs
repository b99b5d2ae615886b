using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>
/// BERT (Devlin et al., 2019) and RoBERTa (Liu et al., 2019): encoders of text with norms after each sum, as classifiers of sequences or as
/// encoders of sentences (Reimers and Gurevych, "Sentence-BERT", 2019).
/// </summary>
/// <remarks>
/// Inputs: <c>input_ids</c>, <c>attention_mask</c>, <c>token_type_ids</c>, <c>position_ids</c>, <c>labels</c>. Outputs of a classifier:
/// <c>logits</c>, <c>loss</c>. Outputs of an encoder: <c>last_hidden_state</c>, <c>pooler_output</c> where the checkpoint has a pooler,
/// <c>mean_pooled</c> over the tokens of the mask, <c>sentence_embedding</c> (of length 1) and <c>cosine</c> of every pair.
/// </remarks>
public sealed class BertModel : Model
{
    private readonly bool _isRoberta;
    private readonly bool _isClassifier;
    private readonly int _heads;
    private readonly int _paddingId;
    private readonly float _epsilon;
    private readonly Activation _activation;
    private readonly Tensor _words;
    private readonly Tensor _positions;
    private readonly Tensor _types;
    private readonly (Tensor Weight, Tensor Bias) _embeddingNorm;
    private readonly Layer[] _layers;
    private readonly (Tensor Weight, Tensor Bias)? _dense;
    private readonly (Tensor Weight, Tensor Bias)? _classifier;

    internal BertModel(string architecture, ModelConfig config, WeightReader weights)
        : base(weights.Context, architecture)
    {
        _isRoberta = architecture.StartsWith("Roberta", StringComparison.Ordinal);
        _isClassifier = architecture.EndsWith("ForSequenceClassification", StringComparison.Ordinal);
        int width = config.Size("hidden_size");
        _heads = config.Size("num_attention_heads");
        _paddingId = config.Integer("pad_token_id", _isRoberta ? 1 : 0);
        _epsilon = (float)config.Number("layer_norm_eps", 1e-12);
        _activation = ActivationNames.Parse(config, "hidden_act", "gelu");
        if (width % _heads != 0)
        {
            throw config.Error($"hidden_size {width} is not a multiple of num_attention_heads {_heads}.");
        }

        string prefix = weights.Prefix(_isRoberta ? "roberta." : "bert.");
        string embeddings = prefix + "embeddings.";
        _words = weights.Take(embeddings + "word_embeddings.weight", config.Size("vocab_size"), width);
        _positions = weights.Take(embeddings + "position_embeddings.weight", config.Size("max_position_embeddings"), width);
        _types = weights.Take(embeddings + "token_type_embeddings.weight", config.Size("type_vocab_size", 2), width);
        _embeddingNorm = (weights.Take(embeddings + "LayerNorm.weight", width), weights.Take(embeddings + "LayerNorm.bias", width));
        _layers = [.. Enumerable.Range(0, config.Size("num_hidden_layers")).Select(
            i => new Layer(weights, $"{prefix}encoder.layer.{i}.", width, config.Size("intermediate_size")))];
        int classes = weights.SizeOf(_isRoberta ? "classifier.out_proj.weight" : "classifier.weight", 0);
        string pooler = prefix + "pooler.dense.";
        _dense = _isRoberta && _isClassifier ? Pair(weights, "classifier.dense.", width, width)
            : _isClassifier || weights.Has(pooler + "weight") ? Pair(weights, pooler, width, width)
            : null;
        _classifier = _isClassifier ? Pair(weights, _isRoberta ? "classifier.out_proj." : "classifier.", Math.Max(1, classes), width) : null;
    }

    /// <inheritdoc/>
    public override ModelOutputs Run(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ModelOutputs outputs = new();
        Tensor states = Encode(inputs, outputs);
        if (_classifier is { } classifier)
        {
            Tensor logits = outputs.Add("logits", Pool(states).Linear(classifier.Weight, classifier.Bias));
            if (inputs.Labels is not null)
            {
                _ = outputs.Add("loss", LossOf(logits, inputs.Labels));
            }

            return outputs;
        }

        _ = outputs.Add("last_hidden_state", states);
        if (_dense is not null)
        {
            _ = outputs.Add("pooler_output", Pool(states));
        }

        Tensor mean = outputs.Add("mean_pooled", states.MaskedMean(inputs.AttentionMask));
        Tensor embedding = outputs.Add("sentence_embedding", mean.NormalizeLast());
        _ = outputs.Add("cosine", embedding.Linear(embedding));
        return outputs;
    }

    /// <summary>The mean of the last states over the tokens of the mask, scaled to length 1: an embedding of each sentence.</summary>
    /// <param name="inputs">Token ids and mask.</param>
    /// <returns>[batch, width].</returns>
    public Tensor EmbedSentences(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return Encode(inputs, null).MaskedMean(inputs.AttentionMask).NormalizeLast();
    }

    private static (Tensor Weight, Tensor Bias) Pair(WeightReader weights, string name, int outputs, int inputs) =>
        (weights.Take(name + "weight", outputs, inputs), weights.Take(name + "bias", outputs));

    private Tensor Encode(ModelInputs inputs, ModelOutputs? outputs)
    {
        IndexTensor ids = inputs.RequireIds();
        RequireIds("input_ids", ids, _words.Size(0));
        IndexTensor positions = inputs.PositionIds ?? Positions(ids);
        RequireIds("position_ids", positions, _positions.Size(0));
        if (inputs.TokenTypeIds is not null)
        {
            RequireIds("token_type_ids", inputs.TokenTypeIds, _types.Size(0));
        }

        Tensor sum = _words.Embed(ids).Add(_positions.Embed(positions));
        sum = inputs.TokenTypeIds is null ? sum.Add(_types.Slice(0, 0, 1)) : sum.Add(_types.Embed(inputs.TokenTypeIds));
        Tensor x = sum.LayerNorm(_embeddingNorm.Weight, _embeddingNorm.Bias, _epsilon);
        bool keeps = inputs.WantsHiddenStates && outputs is not null;
        for (int i = 0; i < _layers.Length; i++)
        {
            Layer layer = _layers[i];
            Remember(i, x);
            x = RunBlock(x, keeps, input => layer.Run(input, _heads, _activation, _epsilon, inputs.AttentionMask));
        }

        Remember(_layers.Length, x);
        return x;

        void Remember(int i, Tensor state)
        {
            if (keeps)
            {
                _ = outputs!.Add($"hidden_states.{i}", state);
            }
        }
    }

    /// <summary>BERT counts from 0; RoBERTa counts tokens from the padding id + 1 and gives the padding id to padding.</summary>
    private IndexTensor Positions(IndexTensor ids)
    {
        (int batch, int length) = (ids.Size(0), ids.Size(1));
        if (!_isRoberta)
        {
            return Sequence(batch, length);
        }

        int[] positions = new int[ids.Count];
        int next = 0;
        for (int i = 0; i < positions.Length; i++)
        {
            next = i % length == 0 ? _paddingId + 1 : next;
            positions[i] = ids.Values[i] == _paddingId ? _paddingId : next++;
        }

        return new IndexTensor(positions, batch, length);
    }

    private Tensor Pool(Tensor states) =>
        states.Slice(1, 0, 1).Reshape(states.Size(0), states.Size(2)).Linear(_dense!.Value.Weight, _dense.Value.Bias, Activation.Tanh);

    private sealed class Layer(WeightReader weights, string name, int width, int inner)
    {
        private readonly (Tensor Weight, Tensor Bias) _query = Pair(weights, name + "attention.self.query.", width, width);
        private readonly (Tensor Weight, Tensor Bias) _key = Pair(weights, name + "attention.self.key.", width, width);
        private readonly (Tensor Weight, Tensor Bias) _value = Pair(weights, name + "attention.self.value.", width, width);
        private readonly (Tensor Weight, Tensor Bias) _attention = Pair(weights, name + "attention.output.dense.", width, width);
        private readonly (Tensor Weight, Tensor Bias) _attentionNorm =
            (weights.Take(name + "attention.output.LayerNorm.weight", width), weights.Take(name + "attention.output.LayerNorm.bias", width));

        private readonly (Tensor Weight, Tensor Bias) _intermediate = Pair(weights, name + "intermediate.dense.", inner, width);
        private readonly (Tensor Weight, Tensor Bias) _output = Pair(weights, name + "output.dense.", width, inner);
        private readonly (Tensor Weight, Tensor Bias) _outputNorm =
            (weights.Take(name + "output.LayerNorm.weight", width), weights.Take(name + "output.LayerNorm.bias", width));

        public Tensor Run(Tensor x, int heads, Activation activation, float epsilon, IndexTensor? mask)
        {
            int size = width / heads;
            Tensor attended = AttentionOperations.Attend(
                new Heads(x.Linear(_query.Weight, _query.Bias), heads, size),
                new Heads(x.Linear(_key.Weight, _key.Bias), heads, size),
                new Heads(x.Linear(_value.Weight, _value.Bias), heads, size),
                new AttentionOptions { KeyMask = mask });
            Tensor middle = attended.Linear(_attention.Weight, _attention.Bias, residual: x).LayerNorm(_attentionNorm.Weight, _attentionNorm.Bias, epsilon);
            return middle.Linear(_intermediate.Weight, _intermediate.Bias, activation)
                .Linear(_output.Weight, _output.Bias, residual: middle)
                .LayerNorm(_outputNorm.Weight, _outputNorm.Bias, epsilon);
        }
    }
}
