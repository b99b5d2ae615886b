namespace TaskVectors.Models.Architectures;

/// <summary>The names of CLIP's blocks.</summary>
internal static class ClipNames
{
    public static PreNormNames Of(string layer) => new(
        layer + "layer_norm1",
        layer + "self_attn.q_proj",
        layer + "self_attn.k_proj",
        layer + "self_attn.v_proj",
        layer + "self_attn.out_proj",
        layer + "layer_norm2",
        layer + "mlp.fc1",
        layer + "mlp.fc2");
}
