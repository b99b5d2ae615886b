using System.Collections.Immutable;

namespace TaskVectors.Recipes.Architectures;

/// <summary>
/// The table of families. Models of others are read by their tensors' names: a number after <c>layers</c>, <c>layer</c>, <c>h</c>,
/// <c>blocks</c>, <c>block</c>, <c>resblocks</c> or <c>conformer</c> is a layer's.
/// </summary>
internal static class ArchitectureFamilies
{
    /// <summary>Keys of <c>config.json</c> that say how many layers a model has; a file has one of them.</summary>
    public static readonly string[] LayerCountKeys = ["num_hidden_layers", "n_layer", "num_layers", "n_layers"];

    /// <summary>Keys of <c>config.json</c> whose value is a list with one entry a layer.</summary>
    public static readonly string[] LayerListKeys = ["layer_types", "no_rope_layers", "layers_block_type", "mlp_layer_types"];

    private static readonly ImmutableArray<string> TextLayers = ["model.language_model.layers", "language_model.model.layers", "model.text_model.layers"];

    private static readonly ArchitectureFamily[] Table =
    [
        new(
            [
                "llama", "llama4_text", "mistral", "ministral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "qwen3_next", "gemma", "gemma2", "gemma3_text",
                "phi", "phi3", "phimoe", "stablelm", "cohere", "cohere2", "olmo", "olmo2", "olmo3", "olmoe", "starcoder2", "granite", "granitemoe", "granitemoehybrid",
                "exaone4", "smollm3", "deepseek", "deepseek_v2", "deepseek_v3", "internlm", "internlm2", "internlm3", "baichuan", "minicpm", "minicpm3", "glm", "glm4",
                "glm4_moe", "gpt_oss", "ernie4_5", "ernie4_5_moe", "arcee", "apertus", "nemotron", "persimmon", "jamba", "bamba", "recurrent_gemma", "lfm2", "modernbert", "afmoe",
            ],
            ["model.layers"])
        {
            Buffers = [".rotary_emb.inv_freq"],
        },
        new(["gpt2"], ["transformer.h"]) { Prefix = "transformer.", Buffers = [".attn.bias", ".attn.masked_bias"] },
        new(["gptj", "gpt_neo", "gpt_bigcode", "falcon", "bloom", "codegen", "qwen", "jais", "exaone", "RefinedWeb", "RefinedWebModel"], ["transformer.h", "h"]) { Buffers = [".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"] },
        new(["gpt_neox", "gpt_neox_japanese"], ["gpt_neox.layers"]) { Buffers = [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"] },
        new(["chatglm"], ["transformer.encoder.layers"]) { Buffers = [".rotary_pos_emb.inv_freq"] },
        new(["mamba", "mamba2", "falcon_mamba"], ["backbone.layers"]),
        new(["rwkv", "rwkv5", "rwkv6"], ["rwkv.blocks"]),
        new(["mpt", "dbrx"], ["transformer.blocks"]),
        new(["opt"], ["model.decoder.layers", "decoder.layers"]),
        new(["bert", "roberta", "xlm-roberta", "distilbert", "electra", "camembert", "mpnet"], []) { Buffers = [".position_ids"] },
        new(["gemma3", "llava", "llava_next", "llava_next_video", "llava_onevision", "vipllava", "mistral3", "paligemma", "aya_vision", "internvl"], TextLayers) { Modules = ArchitectureModules.VisionLanguage },
        new(["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe", "qwen3_5", "qwen3_5_moe"], ["model.language_model.layers", "model.layers"]) { Modules = ArchitectureModules.QwenVision },
        new(["mllama", "llama4"], TextLayers) { Modules = ArchitectureModules.LlamaVision },
        new(["internvl_chat"], TextLayers) { Modules = ArchitectureModules.InternVision },
        new(["idefics2", "idefics3", "smolvlm"], TextLayers) { Modules = ArchitectureModules.Idefics },
        new(["gemma3n"], TextLayers) { Modules = ArchitectureModules.GemmaMobile },
        new(["qwen2_audio"], TextLayers) { Modules = ArchitectureModules.AudioLanguage },
        new(["blip-2", "instructblip"], ["language_model.model.decoder.layers", "language_model.model.layers"]) { Modules = ArchitectureModules.Blip },
        new(["florence2"], []) { Modules = ArchitectureModules.Florence },
        new(["clip", "siglip", "siglip2", "chinese_clip"], []) { Modules = ArchitectureModules.DualEncoder },
        new(["t5", "mt5", "umt5", "longt5", "switch_transformers"], []) { Modules = ArchitectureModules.SharedEncoderDecoder },
        new(["bart", "mbart", "marian", "pegasus", "pegasus_x", "m2m_100", "nllb-moe", "blenderbot", "blenderbot-small", "plbart", "bigbird_pegasus"], []) { Modules = ArchitectureModules.EncoderDecoder },
        new(["whisper", "speech_to_text"], []) { Modules = ArchitectureModules.SpeechEncoderDecoder },
        new(["encoder-decoder", "vision-encoder-decoder", "speech-encoder-decoder"], []) { Modules = ArchitectureModules.JoinedEncoderDecoder },
    ];

    /// <summary>The families whose models are made of modules.</summary>
    public static IEnumerable<ArchitectureFamily> OfSeveralParts => Table.Where(family => !family.Modules.IsEmpty);

    /// <summary>The family of a <c>model_type</c>; one without knowledge where none is known.</summary>
    public static ArchitectureFamily Find(string? modelType) =>
        Array.Find(Table, family => modelType is not null && family.ModelTypes.Contains(modelType)) ?? new ArchitectureFamily([], []);

    /// <summary>The modules that tensors of these names show, where no config says of which family they are: all modules of the table's entry have some.</summary>
    public static ImmutableArray<ArchitectureModule> ModulesOf(IReadOnlyCollection<string> names) =>
        OfSeveralParts
            .Select(family => family.Modules)
            .FirstOrDefault(modules => modules.All(module => module.Prefixes.Any(prefix => names.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))), []);
}
