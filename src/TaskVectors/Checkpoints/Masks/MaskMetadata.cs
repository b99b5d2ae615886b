namespace TaskVectors.Checkpoints.Masks;

/// <summary>The metadata of a file that stores a task vector as a mask of a merged model.</summary>
public static class MaskMetadata
{
    /// <summary>How the names of such files end.</summary>
    public const string Extension = ".mask.safetensors";

    /// <summary>The value of <see cref="TaskVectorMetadata.KindKey"/> for them.</summary>
    public const string MaskKind = "mask";

    /// <summary>The factor of what the mask keeps, as a number with a point.</summary>
    public const string RescalerKey = "taskvectors.rescaler";

    /// <summary>The name of the merged model's file or folder, which lies beside the mask.</summary>
    public const string MergedNameKey = "taskvectors.merged_name";

    /// <summary>The fingerprint of the merged model.</summary>
    public const string MergedFingerprintKey = "taskvectors.merged_fingerprint";
}
