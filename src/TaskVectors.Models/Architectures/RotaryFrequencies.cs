namespace TaskVectors.Models.Architectures;

/// <summary>The frequencies of rotary embeddings, as configurations describe them: as they are now, and as nearly all published ones are.</summary>
internal static class RotaryFrequencies
{
    private const double DefaultTheta = 10000;

    /// <summary>theta^(-2 i / d) for i = 0 ... d / 2 - 1, scaled as the configuration says.</summary>
    /// <exception cref="ModelException">The scaling is not known.</exception>
    public static double[] Read(ModelConfig config, int size)
    {
        ModelConfig? scaling = config.Section("rope_parameters") ?? config.Section("rope_scaling");
        double theta = scaling is not null && scaling.Has("rope_theta") ? scaling.Number("rope_theta") : config.Number("rope_theta", DefaultTheta);
        double[] frequencies = [.. Enumerable.Range(0, size / 2).Select(i => Math.Pow(theta, -2.0 * i / size))];
        string kind = scaling?.Text("rope_type") ?? scaling?.Text("type") ?? "default";
        return kind switch
        {
            "default" => frequencies,
            "linear" => Array.ConvertAll(frequencies, frequency => frequency / scaling!.Number("factor")),
            "llama3" => Array.ConvertAll(frequencies, frequency => ScaleByWavelength(frequency, scaling!)),
            _ => throw config.Error($"The rotary scaling '{kind}' is not known; known are default, linear and llama3."),
        };
    }

    /// <summary>Llama 3.1: long waves are stretched, short ones are not, and those between are mixed.</summary>
    private static double ScaleByWavelength(double frequency, ModelConfig scaling)
    {
        double factor = scaling.Number("factor");
        double low = scaling.Number("low_freq_factor");
        double high = scaling.Number("high_freq_factor");
        double waves = scaling.Number("original_max_position_embeddings") * frequency / (2 * Math.PI);
        double share = Math.Clamp((waves - low) / (high - low), 0, 1);
        return (share * frequency) + ((1 - share) * frequency / factor);
    }
}
