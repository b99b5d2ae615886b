namespace TaskVectors.Models.Architectures;

/// <summary>How images become patches.</summary>
/// <param name="Patch">The side of a patch.</param>
/// <param name="Image">The side of an image.</param>
/// <param name="Channels">The channels of an image.</param>
internal sealed record PatchSizes(int Patch, int Image, int Channels)
{
    /// <summary>The number of patches of an image.</summary>
    public int Count => Image / Patch * (Image / Patch);

    /// <summary>Reads them, with the side of a patch where the configuration does not say it.</summary>
    public static PatchSizes Read(ModelConfig config, int patch) => new(config.Size("patch_size", patch), config.Size("image_size", 224), config.Size("num_channels", 3));
}
