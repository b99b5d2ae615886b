using TaskVectors.Recipes.Architectures;
using TaskVectors.Recipes.Documents;
using TaskVectors.Recipes.Modules;
using TaskVectors.Recipes.Yaml;

namespace TaskVectors.Tests.Recipes;

/// <summary>Names of tensors as published checkpoints have them, and what of them recipes slice and call modules.</summary>
public sealed class ArchitectureFamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llama", "model.layers", "model.embed_tokens.weight", "model.layers.1.mlp.gate_proj.weight", "lm_head.weight")]
    [InlineData("mixtral", "model.layers", "model.layers.1.block_sparse_moe.experts.7.w1.weight", "model.layers.1.block_sparse_moe.gate.weight")]
    [InlineData("qwen2_moe", "model.layers", "model.layers.1.mlp.experts.59.gate_proj.weight", "model.layers.1.mlp.shared_expert_gate.weight")]
    [InlineData("qwen3_moe", "model.layers", "model.layers.1.mlp.experts.127.down_proj.weight", "model.layers.1.self_attn.q_norm.weight")]
    [InlineData("deepseek_v3", "model.layers", "model.layers.1.mlp.experts.255.up_proj.weight", "model.layers.1.self_attn.kv_a_proj_with_mqa.weight")]
    [InlineData("gemma2", "model.layers", "model.layers.1.pre_feedforward_layernorm.weight")]
    [InlineData("phi3", "model.layers", "model.layers.1.self_attn.qkv_proj.weight")]
    [InlineData("starcoder2", "model.layers", "model.layers.1.mlp.c_fc.weight")]
    [InlineData("cohere", "model.layers", "model.layers.1.input_layernorm.weight")]
    [InlineData("olmo2", "model.layers", "model.layers.1.post_feedforward_layernorm.weight")]
    [InlineData("stablelm", "model.layers", "model.layers.1.self_attn.q_proj.weight")]
    [InlineData("internlm2", "model.layers", "model.tok_embeddings.weight", "model.layers.1.attention.wqkv.weight", "output.weight")]
    [InlineData("modernbert", "model.layers", "model.embeddings.tok_embeddings.weight", "model.layers.1.attn.Wqkv.weight", "head.dense.weight")]
    [InlineData("falcon", "transformer.h", "transformer.word_embeddings.weight", "transformer.h.1.self_attention.query_key_value.weight")]
    [InlineData("bloom", "h", "word_embeddings.weight", "h.1.self_attention.dense.weight", "ln_f.weight")]
    [InlineData("gpt_neox", "gpt_neox.layers", "gpt_neox.embed_in.weight", "gpt_neox.layers.1.attention.dense.weight", "embed_out.weight")]
    [InlineData("mpt", "transformer.blocks", "transformer.wte.weight", "transformer.blocks.1.attn.Wqkv.weight")]
    [InlineData("mamba", "backbone.layers", "backbone.embeddings.weight", "backbone.layers.1.mixer.A_log")]
    [InlineData("rwkv", "rwkv.blocks", "rwkv.embeddings.weight", "rwkv.blocks.1.attention.time_decay", "head.weight")]
    [InlineData("chatglm", "transformer.encoder.layers", "transformer.embedding.word_embeddings.weight", "transformer.encoder.layers.1.self_attention.query_key_value.weight", "transformer.output_layer.weight")]
    [InlineData("bert", "bert.encoder.layer", "bert.embeddings.word_embeddings.weight", "bert.encoder.layer.1.output.dense.weight", "cls.predictions.bias")]
    [InlineData("vit", "vit.encoder.layer", "vit.embeddings.cls_token", "vit.encoder.layer.1.attention.attention.query.weight")]
    [InlineData("llama4_text", "model.layers", "model.layers.1.feed_forward.experts.gate_up_proj")]
    [InlineData("opt", "model.decoder.layers", "model.decoder.embed_tokens.weight", "model.decoder.layers.1.fc1.weight")]
    [InlineData(null, "body.resblocks", "stem.weight", "body.resblocks.1.mlp.c_fc.weight")]
    public void A_model_of_one_stack_is_sliced_there(string? type, string stack, params string[] names)
    {
        ModelLayout layout = LayoutOf(type, names);
        Assert.Equal((stack, 2), Assert.Single(layout.MainStacks.Select(pair => (pair.Key, pair.Value))));
        Assert.Equal(2, layout.LayerCount);
        Assert.Empty(layout.ModulesAmong(names));
    }

    [Theory]
    [InlineData("llava", "language_model.model.layers", "text_decoder language_model.model.layers.1.w", "text_decoder language_model.lm_head.weight", "vision_tower vision_tower.vision_model.encoder.layers.0.w", "multi_modal_projector multi_modal_projector.linear_1.weight")]
    [InlineData("llava_next", "model.language_model.layers", "text_decoder model.language_model.layers.1.w", "text_decoder lm_head.weight", "vision_tower model.vision_tower.vision_model.encoder.layers.0.w", "multi_modal_projector model.multi_modal_projector.linear_1.weight", "multi_modal_projector model.image_newline")]
    [InlineData("gemma3", "language_model.model.layers", "text_decoder language_model.model.layers.1.w", "vision_tower vision_tower.vision_model.post_layernorm.bias", "multi_modal_projector multi_modal_projector.mm_input_projection_weight")]
    [InlineData("mistral3", "language_model.model.layers", "text_decoder language_model.model.layers.1.w", "vision_tower vision_tower.transformer.layers.0.attention.q_proj.weight", "multi_modal_projector multi_modal_projector.patch_merger.merging_layer.weight")]
    [InlineData("qwen2_vl", "model.layers", "text_decoder model.layers.1.w", "text_decoder model.embed_tokens.weight", "text_decoder lm_head.weight", "vision_tower visual.blocks.0.attn.qkv.weight", "vision_tower visual.patch_embed.proj.weight", "multi_modal_projector visual.merger.mlp.0.weight")]
    [InlineData("qwen3_vl", "model.language_model.layers", "text_decoder model.language_model.layers.1.w", "vision_tower model.visual.blocks.0.attn.qkv.weight", "multi_modal_projector model.visual.merger.norm.weight", "multi_modal_projector model.visual.deepstack_merger_list.0.norm.weight")]
    [InlineData("llama4", "language_model.model.layers", "text_decoder language_model.model.layers.1.w", "vision_model vision_model.model.layers.0.w", "vision_model vision_model.class_embedding", "multi_modal_projector multi_modal_projector.linear_1.weight")]
    [InlineData("mllama", "language_model.model.layers", "text_decoder language_model.model.layers.1.cross_attn.q_proj.weight", "vision_model vision_model.global_transformer.layers.0.gate_attn", "multi_modal_projector multi_modal_projector.weight")]
    [InlineData("internvl_chat", "language_model.model.layers", "text_decoder language_model.model.layers.1.w", "text_decoder language_model.output.weight", "vision_model vision_model.encoder.layers.0.attn.qkv.weight", "multi_modal_projector mlp1.0.weight")]
    [InlineData("smolvlm", "model.text_model.layers", "text_decoder model.text_model.layers.1.w", "vision_model model.vision_model.encoder.layers.0.w", "multi_modal_projector model.connector.modality_projection.proj.weight")]
    [InlineData("gemma3n", "model.language_model.layers", "text_decoder model.language_model.layers.1.w", "audio_tower model.audio_tower.conformer.0.w", "vision_tower model.embed_vision.embedding.weight")]
    [InlineData("clip", null, "text_model text_model.encoder.layers.1.w", "text_model text_projection.weight", "vision_model vision_model.encoder.layers.1.w", "vision_model visual_projection.weight", " logit_scale")]
    [InlineData("siglip", null, "text_model text_model.head.weight", "text_model text_model.encoder.layers.1.w", "vision_model vision_model.encoder.layers.1.w", "vision_model vision_model.head.probe")]
    [InlineData("t5", null, "shared shared.weight", "encoder encoder.block.1.layer.0.SelfAttention.q.weight", "decoder decoder.block.1.layer.1.EncDecAttention.q.weight", "shared lm_head.weight")]
    [InlineData("bart", null, "shared model.shared.weight", "encoder model.encoder.layers.1.fc1.weight", "decoder model.decoder.layers.1.encoder_attn.q_proj.weight", "shared final_logits_bias")]
    [InlineData("whisper", null, "encoder model.encoder.conv1.weight", "encoder model.encoder.layers.1.fc1.weight", "decoder model.decoder.layers.1.fc1.weight", "decoder proj_out.weight")]
    [InlineData("vision-encoder-decoder", null, "encoder encoder.encoder.layer.1.w", "decoder decoder.model.decoder.layers.1.w", " enc_to_dec_proj.weight")]
    [InlineData("blip-2", "language_model.model.decoder.layers", "text_decoder language_model.model.decoder.layers.1.w", "qformer qformer.encoder.layer.0.w", "qformer query_tokens", "vision_model vision_model.encoder.layers.0.w", "multi_modal_projector language_projection.weight")]
    [InlineData(null, null, "text_decoder language_model.model.layers.1.w", "vision_tower vision_tower.encoder.layers.1.w", "multi_modal_projector multi_modal_projector.linear_1.weight")]
    public void A_model_of_several_parts_has_modules(string? type, string? stack, params string[] tensors)
    {
        (string Module, string Name)[] expected = [.. tensors.Select(tensor => (tensor.Split(' ')[0], tensor.Split(' ')[1]))];
        string[] names = [.. expected.Select(pair => pair.Name)];
        ModelLayout layout = LayoutOf(type, names);
        Assert.Equal(stack is not null, layout.MainStacks.Count == 1);
        Assert.Equal(stack, layout.MainStacks.Count == 1 ? layout.MainStacks.Keys.First() : null);

        ArchitectureModule[] modules = [.. layout.ModulesAmong(names)];
        var node = new YamlScalar(1, 1, string.Empty, IsPlain: true);
        var map = new ModuleMap([.. modules.Select(module => new MappedModule(new RecipeModule(node, module.Name, false, RecipeParameters.None), module.Prefixes, module))], []);
        Assert.Equal(expected, names.Select(name => (map.IndexOf(name) is { } index ? modules[index].Name : string.Empty, name)));
    }

    private ModelLayout LayoutOf(string? type, string[] names)
    {
        if (type is not null)
        {
            File.WriteAllText(_folder["config.json"], $$"""{"model_type": "{{type}}"}""");
        }

        return ModelLayout.Of(names, ModelConfig.Read(_folder.Path));
    }
}
