using TaskVectors.Checkpoints.Lora;
using TaskVectors.Models.Autograd;
using TaskVectors.Models.Operations;

namespace TaskVectors.Models.Training.Lora;

/// <summary>A weight of a model and its adapter.</summary>
internal sealed class AdaptedWeight(string name, Tensor weight, LowRankAdapter adapter, double scale, bool isTransposed)
{
    private const string Ending = ".weight";

    public string Name => name;

    public Tensor Weight => weight;

    public LowRankAdapter Adapter => adapter;

    /// <summary>The factors under the names that checkpoints of a run give them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters
    {
        get
        {
            string module = name[..^Ending.Length];
            yield return new($"{module}.lora_A{Ending}", adapter.A);
            yield return new($"{module}.lora_B{Ending}", adapter.B);
        }
    }

    /// <summary>The change as an adapter stores it.</summary>
    public LowRankTensor ToTensor()
    {
        LowRankFactors factors = new(adapter.B.Size(0), adapter.A.Size(1), adapter.A.Size(0), Widen(adapter.B), Widen(adapter.A), scale);
        return isTransposed ? new LowRankTensor(name, factors.Transpose(), LoraLayerKind.TransposedLinear) : new LowRankTensor(name, factors);
    }

    /// <summary>Adds the change to the weight: summed in F64 and rounded once, as base and adapter are when they are loaded together.</summary>
    public void Merge()
    {
        double[] change = ToTensor().Factors.ToDense();
        Span<float> values = weight.Values;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(values[i] + change[i]);
        }
    }

    private static double[] Widen(Tensor tensor)
    {
        double[] values = new double[tensor.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = tensor.Values[i];
        }

        return values;
    }
}
