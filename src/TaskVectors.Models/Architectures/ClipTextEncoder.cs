using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Architectures;

/// <summary>The text half of CLIP: causal blocks, and the state at the end of the text.</summary>
internal sealed class ClipTextEncoder
{
    /// <summary>The id that old configurations give by mistake; they mean the largest id of the text.</summary>
    private const int LegacyEndId = 2;

    private readonly int _endId;
    private readonly float _epsilon;
    private readonly Tensor _tokens;
    private readonly Tensor _positions;
    private readonly PreNormStack _blocks;
    private readonly Tensor[] _norm;

    public ClipTextEncoder(WeightReader weights, ModelConfig config, string prefix)
    {
        PreNormSizes sizes = PreNormSizes.Read(config, "quick_gelu", 1e-5);
        _endId = config.Integer("eos_token_id", LegacyEndId);
        _epsilon = sizes.Epsilon;
        _tokens = weights.Take(prefix + "embeddings.token_embedding.weight", config.Size("vocab_size"), sizes.Width);
        _positions = weights.Take(prefix + "embeddings.position_embedding.weight", config.Size("max_position_embeddings", 77), sizes.Width);
        _blocks = new PreNormStack(Enumerable.Range(0, config.Size("num_hidden_layers")).Select(i => new PreNormBlock(weights, ClipNames.Of($"{prefix}encoder.layers.{i}."), sizes)));
        _norm = [weights.Take(prefix + "final_layer_norm.weight", sizes.Width), weights.Take(prefix + "final_layer_norm.bias", sizes.Width)];
        Width = sizes.Width;
    }

    public int Width { get; }

    /// <summary>The states after the last norm, and the one at the end of each text.</summary>
    /// <exception cref="ModelException">The text is longer than the table of positions, or an id is not in the vocabulary.</exception>
    public (Tensor States, Tensor Pooled) Encode(ModelInputs inputs, string prefix, ModelOutputs? outputs, Func<Tensor, bool, Func<Tensor, Tensor>, Tensor> runBlock)
    {
        IndexTensor ids = inputs.RequireIds();
        (int batch, int length) = (ids.Size(0), ids.Size(1));
        if (length > _positions.Size(0))
        {
            throw new ModelException(ModelError.InvalidInput, $"input_ids have {length} tokens; the model takes at most {_positions.Size(0)}.") { Tensor = "input_ids" };
        }

        foreach (int id in ids.Values)
        {
            if ((uint)id >= (uint)_tokens.Size(0))
            {
                throw new ModelException(ModelError.InvalidInput, $"input_ids hold {id}; the vocabulary has {_tokens.Size(0)} tokens.") { Tensor = "input_ids" };
            }
        }

        Tensor x = _tokens.Embed(ids).Add(_positions.Slice(0, 0, length));
        x = _blocks.Run(x, new AttentionOptions { IsCausal = true, KeyMask = inputs.AttentionMask }, prefix, outputs, runBlock);
        Tensor states = x.LayerNorm(_norm[0], _norm[1], _epsilon);
        return (states, states.Reshape(batch * length, Width).SelectRows(Ends(ids)));
    }

    private IndexTensor Ends(IndexTensor ids)
    {
        (int batch, int length) = (ids.Size(0), ids.Size(1));
        int[] rows = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            ReadOnlySpan<int> text = ids.Values.Slice(i * length, length);
            int end = _endId == LegacyEndId ? IndexOfLargest(text) : Math.Max(0, text.IndexOf(_endId));
            rows[i] = (i * length) + end;
        }

        return new IndexTensor(rows, batch);
    }

    private static int IndexOfLargest(ReadOnlySpan<int> text)
    {
        int largest = 0;
        for (int i = 1; i < text.Length; i++)
        {
            largest = text[i] > text[largest] ? i : largest;
        }

        return largest;
    }
}
