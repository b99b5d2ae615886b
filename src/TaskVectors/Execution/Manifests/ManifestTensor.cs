namespace TaskVectors.Execution.Manifests;

/// <summary>A tensor that was written.</summary>
public sealed record ManifestTensor
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The file it is in, where several files have tensors of one name; else absent.</summary>
    public string? File { get; init; }

    /// <summary>Its dtype.</summary>
    public required string DType { get; init; }

    /// <summary>How it was made: <c>copy</c> or <c>linear</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The coefficient of each input by name; inputs that play no part are absent.</summary>
    public required IReadOnlyDictionary<string, double> Coefficients { get; init; }

    /// <summary>The hash of its bytes.</summary>
    public required string Hash { get; init; }

    /// <summary>||written - exact|| / ||exact - base||; see <see cref="Manifest.RoundingLoss"/>.</summary>
    public double? RoundingLoss { get; init; }

    /// <summary>||written - exact||.</summary>
    public required double RoundingNorm { get; init; }

    /// <summary>||exact - base||; for a task vector its own norm.</summary>
    public required double EditNorm { get; init; }

    /// <summary>How many finite values became infinite or the largest value of the dtype.</summary>
    public long Saturated { get; init; }

    /// <summary>How many values are NaN.</summary>
    public long NaNCount { get; init; }
}
