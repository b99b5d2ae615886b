namespace TaskVectors.Checkpoints.Lora;

/// <summary>
/// Which output channel an element of a weight belongs to: its row, or where the weight is transposed its column. DoRA takes norms by
/// channel.
/// </summary>
/// <remarks>Source: Liu et al., "DoRA: Weight-Decomposed Low-Rank Adaptation", ICML 2024, section 4.1.</remarks>
internal readonly struct ChannelOrder(LoraModule module)
{
    private readonly long _columns = module.IsTransposed ? module.Outputs : module.Inputs;
    private readonly bool _isTransposed = module.IsTransposed;

    public int Of(long element) => (int)(_isTransposed ? element % _columns : element / _columns);
}
