using System.Runtime.InteropServices;
using System.Text.Json;
using TaskVectors.Algebra;
using TaskVectors.Decomposition;
using TaskVectors.Decomposition.Ranks;
using TaskVectors.Decomposition.Subspaces;
using TaskVectors.LinearAlgebra;
using TaskVectors.Tensors;

namespace TaskVectors.Tests.Decomposition;

/// <summary>One case of the reference decompositions: inputs, parameters, expected numbers.</summary>
internal sealed class GoldenDecomposition
{
    private readonly Checkpoint _inputs;
    private readonly Checkpoint _expected;
    private readonly JsonElement _case;

    public GoldenDecomposition(string folder)
    {
        _inputs = Checkpoint.Open(Path.Combine(folder, "inputs.safetensors"));
        _expected = Checkpoint.Open(Path.Combine(folder, "expected.safetensors"));
        _case = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement;
    }

    public int Tasks => _case.GetProperty("tasks").GetInt32();

    public double MergeUnique => Parameter("merge_a").GetDouble();

    public double MergeShared => Parameter("merge_b").GetDouble();

    public SubspaceOptions Options => new()
    {
        Mode = Enum.Parse<DecompositionMode>(Parameter("mode").GetString()!, ignoreCase: true),
        Sides = Enum.Parse<DecompositionSides>(Parameter("side").GetString()!, ignoreCase: true),
        Rank = RankRule.Parse(Parameter("rank_rule").GetString()!),
        Tau = Parameter("tau").GetDouble(),
        Cut = Parameter("tau_conversion").GetBoolean() ? null : Parameter("cut").GetDouble(),
    };

    /// <summary>The names of the tensors that are decomposed.</summary>
    public IReadOnlyList<string> Matrices =>
        [.. _expected.Tensors.Where(tensor => tensor.Name.StartsWith("rank/", StringComparison.Ordinal)).Select(tensor => tensor.Name["rank/".Length..])];

    public double Tolerance(string precision) => _case.GetProperty("tolerance").GetProperty(precision).GetDouble();

    public bool Has(string name) => _expected.Tensors.Any(tensor => tensor.Name == name);

    public double[] Numbers(string name) => TestModel.Values(_expected, name);

    public long[] Integers(string name) => [.. MemoryMarshal.Cast<byte, long>(TestModel.Bytes(_expected, name))];

    public double[] Base(string tensor) => TestModel.Values(_inputs, $"base/{tensor}");

    /// <summary>The task vectors as [out, rest].</summary>
    public IReadOnlyList<Matrix<double>> Vectors(string tensor)
    {
        TensorShape shape = _inputs.Tensors.Single(info => info.Name == $"base/{tensor}").Shape;
        double[] start = Base(tensor);
        return
        [
            .. Enumerable.Range(0, Tasks).Select(task => Matrix.Wrap(
                [.. TestModel.Values(_inputs, $"task{task}/{tensor}").Zip(start, (tuned, pretrained) => tuned - pretrained)], (int)shape[0], (int)(shape.ElementCount / shape[0]))),
        ];
    }

    private JsonElement Parameter(string name) => _case.GetProperty("parameters").GetProperty(name);
}
