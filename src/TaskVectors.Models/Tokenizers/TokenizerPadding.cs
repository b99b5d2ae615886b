namespace TaskVectors.Models.Tokenizers;

/// <summary>How encodings are made equally long.</summary>
public sealed record TokenizerPadding
{
    /// <summary>The padding token's id.</summary>
    public required int Id { get; init; }

    /// <summary>The padding token.</summary>
    public required string Token { get; init; }

    /// <summary>The segment number of padding.</summary>
    public int TypeId { get; init; }

    /// <summary>The length, or <see langword="null"/> for that of the batch's longest.</summary>
    public int? Length { get; init; }

    /// <summary>If set, the length is rounded up to a multiple of it.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>Where padding is put.</summary>
    public TokenSide Side { get; init; }
}
