using TaskVectors.Merging.Kernels;

namespace TaskVectors.Merging.Parameters;

/// <summary>The same values for every tensor.</summary>
/// <param name="settings">The values given; the rest are defaults.</param>
public sealed class ConstantParameters(IReadOnlyList<MergeSetting> settings) : IParameterSource
{
    /// <summary>The values given.</summary>
    public IReadOnlyList<MergeSetting> Settings { get; } = settings;

    /// <inheritdoc/>
    public string Identity => BoundParameters.KeyOf(Settings);

    /// <inheritdoc/>
    public IReadOnlyList<MergeSetting> SettingsFor(MergeTensor tensor) => Settings;
}
