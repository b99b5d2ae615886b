namespace TaskVectors.Merging.Fusion;

/// <summary>What the softmax of a row adds to the growth of each element: g_i becomes g_i B / (B + C) - C / (B + C).</summary>
/// <param name="sum">B, the sum of all powers of the original row.</param>
/// <param name="change">C, by how much it is larger for the changed row.</param>
/// <param name="smallest">What probabilities are increased by.</param>
internal readonly struct RowShift(double sum, double change, double smallest)
{
    /// <summary>B / (B + C).</summary>
    public float Factor { get; } = (float)(sum / (sum + change));

    /// <summary>C / (B + C).</summary>
    public float Shift { get; } = (float)(change / (sum + change));

    /// <summary>What the smallest probability adds to each power.</summary>
    public float Increase { get; } = (float)(smallest * sum);
}
