using System.Text;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>The layouts in which LoRA weights are published, told apart by how the names of their tensors end.</summary>
/// <param name="Description">What the layout is, to follow "holds".</param>
internal sealed record LoraLayout(string Description)
{
    /// <summary>How much of a header is looked at: a LoRA has nothing but LoRA tensors, and the first names tell.</summary>
    private const int SampleBytes = 1 << 16;

    private static readonly (byte[] Mark, LoraLayout Layout)[] Marks =
    [
        (Encoding.ASCII.GetBytes(".lora_down.weight\""), new LoraLayout("LoRA weights in the kohya layout (lora_down, lora_up, alpha)")),
        (Encoding.ASCII.GetBytes(".lora.down.weight\""), new LoraLayout("LoRA weights in the diffusers layout (lora.down, lora.up)")),
        (Encoding.ASCII.GetBytes("_lora.down.weight\""), new LoraLayout("LoRA weights in the old diffusers layout (attention processors)")),
        (Encoding.ASCII.GetBytes(".lora_A.weight\""), new LoraLayout("LoRA weights (lora_A, lora_B) without a configuration beside them, as diffusers saves them")),
        (Encoding.ASCII.GetBytes(".lora_embedding_A\""), new LoraLayout("LoRA weights (lora_A, lora_B) without a configuration beside them")),
        (Encoding.ASCII.GetBytes(".hada_w1_a\""), new LoraLayout("LoHa weights (LyCORIS)")),
        (Encoding.ASCII.GetBytes(".lokr_w1\""), new LoraLayout("LoKr weights (LyCORIS)")),
        (Encoding.ASCII.GetBytes(".lokr_w1_a\""), new LoraLayout("LoKr weights (LyCORIS)")),
    ];

    /// <summary>The layout of a file, or <see langword="null"/> where it is no LoRA.</summary>
    public static LoraLayout? Find(string path)
    {
        using var file = InputFile.Open(path);
        byte[] start = new byte[Math.Min(SampleBytes, file.Length)];
        ReadOnlySpan<byte> sample = start.AsSpan(0, file.Read(0, start));
        foreach ((byte[] mark, LoraLayout layout) in Marks)
        {
            if (sample.IndexOf(mark) >= 0)
            {
                return layout;
            }
        }

        return null;
    }
}
