namespace TaskVectors.Checkpoints.Lora;

/// <summary>The fixed names of a PEFT adapter folder.</summary>
internal static class LoraConstants
{
    public const string FormatName = "lora";

    public const string ConfigFile = "adapter_config.json";

    public const string WeightsFile = "adapter_model.safetensors";

    public const string PickledWeightsFile = "adapter_model.bin";

    /// <summary>The file that diffusers saves LoRA weights to, without a configuration.</summary>
    public const string DiffusersWeightsFile = "pytorch_lora_weights.safetensors";

    /// <summary>What PEFT puts in front of the base's names.</summary>
    public const string NamePrefix = "base_model.model.";

    /// <summary>The largest configuration read, in bytes.</summary>
    public const int MaximumConfigBytes = 16 << 20;

    public const string PeftType = "LORA";
}
