using System.Collections.Immutable;

namespace TaskVectors.Recipes.Architectures;

/// <summary>The table of the modules that models of several parts are made of, with the prefixes that published checkpoints give them.</summary>
internal static class ArchitectureModules
{
    private static readonly ImmutableArray<string> TextParts = ["text_config", "llm_config"];

    private static readonly ImmutableArray<string> VisionParts = ["vision_config"];

    private static readonly ImmutableArray<string> VisionCounts = ["num_hidden_layers", "depth", "num_layers"];

    private static readonly ArchitectureModule Projector = new("multi_modal_projector", ["multi_modal_projector.", "model.multi_modal_projector.", "image_newline", "model.image_newline"]);

    private static readonly ArchitectureModule TextDecoder = new("text_decoder", ["language_model.", "model.language_model.", "lm_head."]) { ConfigParts = TextParts };

    /// <summary>A vision tower before a language model: LLaVA, Gemma 3, Mistral 3, PaliGemma.</summary>
    public static readonly ImmutableArray<ArchitectureModule> VisionLanguage =
    [
        TextDecoder,
        new("vision_tower", ["vision_tower.", "model.vision_tower."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
        Projector,
    ];

    /// <summary>Qwen-VL: a language model with the names that it has alone, and the projector inside the vision tower.</summary>
    public static readonly ImmutableArray<ArchitectureModule> QwenVision =
    [
        new("text_decoder", ["model.", "model.language_model.", "lm_head."]) { ConfigParts = TextParts },
        new("vision_tower", ["visual.", "model.visual."]) { ConfigParts = VisionParts, CountKeys = ["depth", "num_hidden_layers"] },
        new("multi_modal_projector", ["visual.merger.", "model.visual.merger.", "visual.deepstack_merger_list.", "model.visual.deepstack_merger_list."]),
    ];

    /// <summary>Llama 3.2 Vision and Llama 4.</summary>
    public static readonly ImmutableArray<ArchitectureModule> LlamaVision =
    [
        TextDecoder,
        new("vision_model", ["vision_model.", "model.vision_model."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
        Projector,
    ];

    /// <summary>InternVL as its makers publish it.</summary>
    public static readonly ImmutableArray<ArchitectureModule> InternVision =
    [
        TextDecoder,
        new("vision_model", ["vision_model."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
        new("multi_modal_projector", ["mlp1."]),
    ];

    /// <summary>Idefics 2 and 3, SmolVLM.</summary>
    public static readonly ImmutableArray<ArchitectureModule> Idefics =
    [
        new("text_decoder", ["model.text_model.", "lm_head."]) { ConfigParts = TextParts },
        new("vision_model", ["model.vision_model."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
        new("multi_modal_projector", ["model.connector."]),
    ];

    /// <summary>Gemma 3n.</summary>
    public static readonly ImmutableArray<ArchitectureModule> GemmaMobile =
    [
        TextDecoder,
        new("vision_tower", ["model.vision_tower.", "model.embed_vision."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
        new("audio_tower", ["model.audio_tower.", "model.embed_audio."]) { ConfigParts = ["audio_config"], CountKeys = ["conf_num_hidden_layers"] },
    ];

    /// <summary>Qwen2-Audio.</summary>
    public static readonly ImmutableArray<ArchitectureModule> AudioLanguage =
    [
        TextDecoder,
        new("audio_tower", ["audio_tower."]) { ConfigParts = ["audio_config"], CountKeys = ["encoder_layers", "num_hidden_layers"] },
        Projector,
    ];

    /// <summary>BLIP-2.</summary>
    public static readonly ImmutableArray<ArchitectureModule> Blip =
    [
        TextDecoder,
        new("vision_model", ["vision_model."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
        new("qformer", ["qformer.", "query_tokens"]) { ConfigParts = ["qformer_config"] },
        new("multi_modal_projector", ["language_projection."]),
    ];

    /// <summary>Florence-2.</summary>
    public static readonly ImmutableArray<ArchitectureModule> Florence =
    [
        TextDecoder,
        new("vision_tower", ["vision_tower.", "model.vision_tower."]) { ConfigParts = VisionParts, CountKeys = [] },
        new("multi_modal_projector", ["image_pos_embed.", "image_proj_norm.", "image_projection", "visual_temporal_embed.", "model.multi_modal_projector."]),
    ];

    /// <summary>Pairs of a text and a vision encoder: CLIP, SigLIP.</summary>
    public static readonly ImmutableArray<ArchitectureModule> DualEncoder =
    [
        new("text_model", ["text_model.", "text_projection."]) { ConfigParts = TextParts },
        new("vision_model", ["vision_model.", "visual_projection."]) { ConfigParts = VisionParts, CountKeys = VisionCounts },
    ];

    /// <summary>T5 and its relatives.</summary>
    public static readonly ImmutableArray<ArchitectureModule> SharedEncoderDecoder =
    [
        new("encoder", ["encoder."]) { CountKeys = ["num_layers", "num_hidden_layers"] },
        new("decoder", ["decoder."]) { CountKeys = ["num_decoder_layers"] },
        new("shared", ["shared.", "lm_head."]) { CountKeys = [] },
    ];

    /// <summary>BART, Marian, Pegasus, M2M-100 and their relatives.</summary>
    public static readonly ImmutableArray<ArchitectureModule> EncoderDecoder =
    [
        new("encoder", ["model.encoder.", "encoder."]) { CountKeys = ["encoder_layers", "num_hidden_layers"] },
        new("decoder", ["model.decoder.", "decoder."]) { CountKeys = ["decoder_layers"] },
        new("shared", ["model.shared.", "shared.", "lm_head.", "final_logits_bias"]) { CountKeys = [] },
    ];

    /// <summary>Whisper.</summary>
    public static readonly ImmutableArray<ArchitectureModule> SpeechEncoderDecoder =
    [
        new("encoder", ["model.encoder.", "encoder."]) { CountKeys = ["encoder_layers", "num_hidden_layers"] },
        new("decoder", ["model.decoder.", "decoder.", "proj_out."]) { CountKeys = ["decoder_layers"] },
    ];

    /// <summary>An encoder and a decoder that are models of their own, with a config each.</summary>
    public static readonly ImmutableArray<ArchitectureModule> JoinedEncoderDecoder =
    [
        new("encoder", ["encoder."]) { ConfigParts = ["encoder"] },
        new("decoder", ["decoder."]) { ConfigParts = ["decoder"] },
    ];
}
