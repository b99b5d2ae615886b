using TaskVectors.Models.Autograd;

namespace TaskVectors.Models;

/// <summary>The names that configurations have for activations.</summary>
internal static class ActivationNames
{
    public static Activation Parse(ModelConfig config, string key, string otherwise) => (config.Text(key) ?? otherwise) switch
    {
        "gelu" => Activation.GeluExact,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
        "quick_gelu" => Activation.GeluQuick,
        "silu" or "swish" => Activation.Silu,
        "relu" => Activation.Relu,
        "tanh" => Activation.Tanh,
        string name => throw config.Error($"The activation '{name}' is not known; known are gelu, gelu_new, quick_gelu, silu, relu and tanh."),
    };
}
