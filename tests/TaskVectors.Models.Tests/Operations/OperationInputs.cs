using System.Text.Json;
using TaskVectors.Models.Autograd;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>Inputs and options of a reference operation; remembers which inputs have reference gradients.</summary>
internal sealed class OperationInputs(ComputeContext context, GoldenTensors file, string name, JsonElement options)
{
    public ComputeContext Context => context;

    public Dictionary<string, Tensor> Used { get; } = [];

    public Tensor this[string input]
    {
        get
        {
            if (Used.TryGetValue(input, out Tensor? known))
            {
                return known;
            }

            Tensor tensor = file.Tensor(context, $"{name}/in/{input}");
            if (file.Has($"{name}/grad/{input}"))
            {
                tensor.RequiresGradient = true;
                Used.Add(input, tensor);
            }

            return tensor;
        }
    }

    public bool Has(string input) => file.Has($"{name}/in/{input}");

    public Tensor? Optional(string input) => Has(input) ? this[input] : null;

    public IndexTensor Indices(string input) => file.Indices($"{name}/in/{input}");

    public float Number(string option, float otherwise = 0) =>
        options.TryGetProperty(option, out JsonElement value) ? value.GetSingle() : otherwise;

    public int Integer(string option, int otherwise = 0) =>
        options.TryGetProperty(option, out JsonElement value) ? value.GetInt32() : otherwise;

    public bool Flag(string option) => options.TryGetProperty(option, out JsonElement value) && value.GetBoolean();

    public string? Text(string option) => options.TryGetProperty(option, out JsonElement value) ? value.GetString() : null;

    public (int Height, int Width) Pair(string option, int otherwise) =>
        !options.TryGetProperty(option, out JsonElement value) ? (otherwise, otherwise)
        : value.ValueKind == JsonValueKind.Array ? (value[0].GetInt32(), value[1].GetInt32())
        : (value.GetInt32(), value.GetInt32());
}
