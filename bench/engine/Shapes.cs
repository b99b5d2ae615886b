namespace TaskVectors.Benchmarks.Engine;

/// <summary>The shapes that are timed.</summary>
internal static class Shapes
{
    public static IReadOnlyList<Shape> All { get; } =
    [
        Vit("vit-96", 96, 4, 4, 28, 7, 1, 64),
        Vit("vit-384", 384, 12, 6, 224, 16, 3, 8),
        MiniLm(),
        Gpt2(),
        Llama(),
    ];

    private static Shape Vit(string name, int width, int layers, int heads, int side, int patch, int channels, int batch)
    {
        int inner = 4 * width;
        int tokens = (side / patch * (side / patch)) + 1;
        List<(string, long[])> tensors =
        [
            ("vit.embeddings.cls_token", [1, 1, width]),
            ("vit.embeddings.position_embeddings", [1, tokens, width]),
            ("vit.embeddings.patch_embeddings.projection.weight", [width, channels, patch, patch]),
            ("vit.embeddings.patch_embeddings.projection.bias", [width]),
            .. Norm("vit.layernorm", width),
            .. Map("classifier", 10, width),
        ];
        for (int i = 0; i < layers; i++)
        {
            string layer = $"vit.encoder.layer.{i}.";
            foreach (string part in (string[])["attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense"])
            {
                tensors.AddRange(Map(layer + part, width, width));
            }

            tensors.AddRange(
                [.. Map(layer + "intermediate.dense", inner, width), .. Map(layer + "output.dense", width, inner), .. Norm(layer + "layernorm_before", width), .. Norm(layer + "layernorm_after", width)]);
        }

        string config = $$"""
            {"architectures": ["ViTForImageClassification"], "hidden_size": {{width}}, "num_hidden_layers": {{layers}}, "num_attention_heads": {{heads}},
             "intermediate_size": {{inner}}, "image_size": {{side}}, "patch_size": {{patch}}, "num_channels": {{channels}}}
            """;
        return new Shape(name, config, tensors, batch, 0, (channels, side), 0, 10, Encoder(batch, tokens, width, inner, layers), _ => true);
    }

    /// <summary>all-MiniLM-L6-v2 on 32 sentences of 48 tokens; the 36 matrices of the blocks are trained.</summary>
    private static Shape MiniLm()
    {
        const int Width = 384, Inner = 1536, Layers = 6, Vocabulary = 30522;
        List<(string, long[])> tensors =
        [
            ("bert.embeddings.word_embeddings.weight", [Vocabulary, Width]),
            ("bert.embeddings.position_embeddings.weight", [512, Width]),
            ("bert.embeddings.token_type_embeddings.weight", [2, Width]),
            .. Norm("bert.embeddings.LayerNorm", Width),
            .. Map("bert.pooler.dense", Width, Width),
            .. Map("classifier", 2, Width),
        ];
        for (int i = 0; i < Layers; i++)
        {
            string layer = $"bert.encoder.layer.{i}.";
            foreach (string part in (string[])["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"])
            {
                tensors.AddRange(Map(layer + part, Width, Width));
            }

            tensors.AddRange(
                [.. Map(layer + "intermediate.dense", Inner, Width), .. Map(layer + "output.dense", Width, Inner), .. Norm(layer + "attention.output.LayerNorm", Width), .. Norm(layer + "output.LayerNorm", Width)]);
        }

        string config = $$"""
            {"architectures": ["BertForSequenceClassification"], "hidden_size": {{Width}}, "num_hidden_layers": {{Layers}}, "num_attention_heads": 12,
             "intermediate_size": {{Inner}}, "vocab_size": {{Vocabulary}}, "max_position_embeddings": 512}
            """;
        return new Shape("minilm", config, tensors, 32, 48, default, Vocabulary, 2, Encoder(32, 48, Width, Inner, Layers), IsBlockMatrix);
    }

    private static Shape Gpt2()
    {
        const int Width = 768, Layers = 12, Vocabulary = 50257;
        List<(string, long[])> tensors =
            [("transformer.wte.weight", [Vocabulary, Width]), ("transformer.wpe.weight", [1024, Width]), .. Norm("transformer.ln_f", Width)];
        for (int i = 0; i < Layers; i++)
        {
            string layer = $"transformer.h.{i}.";
            tensors.AddRange(
            [
                .. Norm(layer + "ln_1", Width), .. Norm(layer + "ln_2", Width),
                .. Transposed(layer + "attn.c_attn", Width, 3 * Width), .. Transposed(layer + "attn.c_proj", Width, Width),
                .. Transposed(layer + "mlp.c_fc", Width, 4 * Width), .. Transposed(layer + "mlp.c_proj", 4 * Width, Width),
            ]);
        }

        string config = $$"""{"architectures": ["GPT2LMHeadModel"], "n_embd": {{Width}}, "n_layer": {{Layers}}, "n_head": 12, "vocab_size": {{Vocabulary}}, "n_positions": 1024}""";
        double head = 2e-9 * 512 * Width * Vocabulary;
        return new Shape("gpt2", config, tensors, 2, 256, default, Vocabulary, 0, Encoder(2, 256, Width, 4 * Width, Layers) + head, _ => true);
    }

    private static Shape Llama()
    {
        const int Width = 512, Inner = 1376, Layers = 8, Keys = 256, Vocabulary = 32000;
        List<(string, long[])> tensors = [("model.embed_tokens.weight", [Vocabulary, Width]), ("model.norm.weight", [Width])];
        for (int i = 0; i < Layers; i++)
        {
            string layer = $"model.layers.{i}.";
            tensors.AddRange(
            [
                (layer + "input_layernorm.weight", [Width]), (layer + "post_attention_layernorm.weight", [Width]),
                (layer + "self_attn.q_proj.weight", [Width, Width]), (layer + "self_attn.k_proj.weight", [Keys, Width]),
                (layer + "self_attn.v_proj.weight", [Keys, Width]), (layer + "self_attn.o_proj.weight", [Width, Width]),
                (layer + "mlp.gate_proj.weight", [Inner, Width]), (layer + "mlp.up_proj.weight", [Inner, Width]), (layer + "mlp.down_proj.weight", [Width, Inner]),
            ]);
        }

        string config = $$"""
            {"architectures": ["LlamaForCausalLM"], "hidden_size": {{Width}}, "num_hidden_layers": {{Layers}}, "num_attention_heads": 8, "num_key_value_heads": 4,
             "intermediate_size": {{Inner}}, "vocab_size": {{Vocabulary}}, "tie_word_embeddings": true}
            """;
        double flops = 512 * 2.0 * ((Layers * ((2.0 * Width * Width) + (2.0 * Width * Keys) + (3.0 * Width * Inner))) + ((double)Width * Vocabulary));
        return new Shape("llama", config, tensors, 4, 128, default, Vocabulary, 0, 1e-9 * flops, _ => true);
    }

    private static bool IsBlockMatrix(string name) =>
        name.Contains("encoder.layer", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal) && !name.Contains("LayerNorm", StringComparison.Ordinal);

    private static double Encoder(int batch, int tokens, double width, double inner, int layers) =>
        1e-9 * layers * batch * tokens * ((2 * ((4 * width * width) + (2 * width * inner))) + (4 * tokens * width));

    private static (string, long[])[] Map(string name, long outputs, long inputs) => [(name + ".weight", [outputs, inputs]), (name + ".bias", [outputs])];

    private static (string, long[])[] Transposed(string name, long inputs, long outputs) => [(name + ".weight", [inputs, outputs]), (name + ".bias", [outputs])];

    private static (string, long[])[] Norm(string name, long width) => [(name + ".weight", [width]), (name + ".bias", [width])];
}
