using System.Diagnostics.CodeAnalysis;

namespace TaskVectors.Checkpoints.Lora;

/// <summary>The name of a tensor in an adapter's file, taken apart.</summary>
/// <param name="Role">What the tensor is.</param>
/// <param name="Module">The module it belongs to, by the base's name.</param>
/// <param name="Parameter">The name of the parameter within the module, such as <c>weight</c>.</param>
internal sealed record AdapterTensorName(AdapterTensorRole Role, string Module, string Parameter)
{
    private const string FactorMark = "lora_";

    private static readonly (string Ending, AdapterTensorRole Role, string Parameter)[] Endings =
    [
        (".lora_A.weight", AdapterTensorRole.A, "weight"),
        (".lora_B.weight", AdapterTensorRole.B, "weight"),
        (".lora_B.bias", AdapterTensorRole.BiasOfB, "bias"),
        (".lora_embedding_A", AdapterTensorRole.EmbeddingA, "weight"),
        (".lora_embedding_B", AdapterTensorRole.EmbeddingB, "weight"),
        (".lora_magnitude_vector", AdapterTensorRole.Magnitude, "weight"),
        (".lora_magnitude_vector.weight", AdapterTensorRole.Magnitude, "weight"),
    ];

    private static readonly (string Part, AdapterTensorRole Role)[] Wrappers =
    [
        (".base_layer.", AdapterTensorRole.BaseLayer),
        (".modules_to_save.", AdapterTensorRole.SavedInWrapper),
        (".original_module.", AdapterTensorRole.Original),
    ];

    /// <summary>The name of the base's tensor that is meant.</summary>
    public string Target => Module.Length == 0 ? Parameter : $"{Module}.{Parameter}";

    /// <summary>Takes a name apart; fails where it is none that PEFT gives.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out AdapterTensorName? parsed)
    {
        parsed = name.StartsWith(LoraConstants.NamePrefix, StringComparison.Ordinal) ? Parse(name[LoraConstants.NamePrefix.Length..]) : null;
        return parsed is not null;
    }

    private static AdapterTensorName? Parse(string name)
    {
        foreach ((string ending, AdapterTensorRole role, string parameter) in Endings)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return new AdapterTensorName(role, name[..^ending.Length], parameter);
            }
        }

        if (name.Contains(FactorMark, StringComparison.Ordinal) || name.Contains("trainable_tokens", StringComparison.Ordinal))
        {
            return null;
        }

        foreach ((string part, AdapterTensorRole role) in Wrappers)
        {
            int at = name.LastIndexOf(part, StringComparison.Ordinal);
            if (at >= 0)
            {
                return new AdapterTensorName(role, name[..at], name[(at + part.Length)..]);
            }
        }

        int dot = name.LastIndexOf('.');
        return dot < 0
            ? new AdapterTensorName(AdapterTensorRole.Saved, string.Empty, name)
            : new AdapterTensorName(AdapterTensorRole.Saved, name[..dot], name[(dot + 1)..]);
    }
}
