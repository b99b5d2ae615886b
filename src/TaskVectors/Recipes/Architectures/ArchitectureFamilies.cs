namespace TaskVectors.Recipes.Architectures;

/// <summary>
/// The table of families. Models of others are read by their tensors' names: a number after <c>layers</c>, <c>h</c>, <c>blocks</c>,
/// <c>block</c> or <c>layer</c> is a layer's.
/// </summary>
internal static class ArchitectureFamilies
{
    /// <summary>Keys of <c>config.json</c> that say how many layers a model has; a file has one of them.</summary>
    public static readonly string[] LayerCountKeys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"];

    /// <summary>Keys of <c>config.json</c> whose value is a list with one entry a layer.</summary>
    public static readonly string[] LayerListKeys = ["layer_types", "no_rope_layers", "layers_block_type", "mlp_layer_types"];

    private static readonly ArchitectureFamily[] Table =
    [
        new(["llama", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "gemma", "gemma2", "gemma3_text", "phi", "phi3", "stablelm", "cohere", "cohere2", "olmo", "olmo2", "starcoder2", "granite", "exaone4", "smollm3", "deepseek_v2", "deepseek_v3", "internlm2"], ["model.layers"])
        {
            Buffers = [".rotary_emb.inv_freq"],
        },
        new(["gpt2"], ["transformer.h"]) { Prefix = "transformer.", Buffers = [".attn.bias", ".attn.masked_bias"] },
        new(["gptj", "gpt_bigcode", "falcon", "bloom", "codegen", "qwen"], ["transformer.h"]) { Buffers = [".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"] },
        new(["gpt_neox"], ["gpt_neox.layers"]) { Buffers = [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"] },
        new(["mamba", "mamba2", "falcon_mamba"], ["backbone.layers"]),
        new(["mpt", "dbrx"], ["transformer.blocks"]),
        new(["opt"], ["model.decoder.layers"]),
        new(["gemma3", "qwen2_vl", "qwen2_5_vl", "qwen3_vl", "llava", "llava_next", "mistral3", "paligemma", "internvl", "idefics3", "smolvlm"], ["model.language_model.layers", "language_model.model.layers", "model.text_model.layers"]),
        new(["bert", "roberta", "xlm-roberta", "distilbert"], []) { Buffers = [".position_ids"] },
    ];

    /// <summary>The family of a <c>model_type</c>; one without knowledge where none is known.</summary>
    public static ArchitectureFamily Find(string? modelType) =>
        Array.Find(Table, family => modelType is not null && family.ModelTypes.Contains(modelType)) ?? new ArchitectureFamily([], []);
}
