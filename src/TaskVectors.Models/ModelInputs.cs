using TaskVectors.Models.Autograd;

namespace TaskVectors.Models;

/// <summary>What a model is run on. Each architecture says which it needs; the others are left alone.</summary>
public sealed record ModelInputs
{
    /// <summary>[batch, n]: token ids.</summary>
    public IndexTensor? InputIds { get; init; }

    /// <summary>[batch, n] of 1 (a token) and 0 (padding); all are tokens when absent.</summary>
    public IndexTensor? AttentionMask { get; init; }

    /// <summary>[batch, n]: positions; the architecture's own rule when absent.</summary>
    public IndexTensor? PositionIds { get; init; }

    /// <summary>[batch, n]: the segment of each token (BERT); 0 when absent.</summary>
    public IndexTensor? TokenTypeIds { get; init; }

    /// <summary>[batch, n]: what the decoder has said so far (T5); made of the labels when absent.</summary>
    public IndexTensor? DecoderInputIds { get; init; }

    /// <summary>[batch, channels, height, width]: normalised images.</summary>
    public Tensor? PixelValues { get; init; }

    /// <summary>[batch] classes or [batch, n] token ids, -100 where none counts; there is no loss when absent.</summary>
    public IndexTensor? Labels { get; init; }

    /// <summary>Whether the outputs include the states between blocks.</summary>
    public bool WantsHiddenStates { get; init; }

    /// <exception cref="ModelException">There are no ids, or what goes with them has another size.</exception>
    internal IndexTensor RequireIds()
    {
        if (InputIds is not { Shape.Rank: 2, Count: > 0 } ids)
        {
            throw new ModelException(ModelError.InvalidInput, "The model needs input_ids of shape [batch, tokens].") { Tensor = "input_ids" };
        }

        RequireSame("attention_mask", AttentionMask, ids);
        RequireSame("position_ids", PositionIds, ids);
        RequireSame("token_type_ids", TokenTypeIds, ids);
        return ids;
    }

    internal Tensor RequirePixels() => PixelValues is { Rank: 4, Count: > 0 } pixels
        ? pixels
        : throw new ModelException(ModelError.InvalidInput, "The model needs pixel_values of shape [batch, channels, height, width].") { Tensor = "pixel_values" };

    private static void RequireSame(string name, IndexTensor? tensor, IndexTensor ids)
    {
        if (tensor is not null && tensor.Shape != ids.Shape)
        {
            throw new ModelException(ModelError.InvalidInput, $"{name} has the shape {tensor.Shape}, and input_ids {ids.Shape}; they go together.") { Tensor = name };
        }
    }
}
