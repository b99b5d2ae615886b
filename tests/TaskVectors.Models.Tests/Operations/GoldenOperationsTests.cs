using System.Text.Json;
using TaskVectors.Models.Autograd;
using TaskVectors.Tests;

namespace TaskVectors.Models.Tests.Operations;

/// <summary>
/// Every operation against values and gradients that PyTorch computed in F64. Tolerances: the case's own for values (ten times what
/// PyTorch's F32 differs from its F64), 1e-4 for gradients, as the case states.
/// </summary>
public sealed class GoldenOperationsTests : IDisposable
{
    private const double GradientTolerance = 1e-4;

    private readonly ComputeContext _context = new(new ComputeOptions { Threads = 2 });

    public static TheoryData<string> Names => [.. Case().EnumerateArray().Select(operation => operation.GetProperty("op").GetString()!)];

    public void Dispose() => _context.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_gives_the_reference_values_and_gradients(string name)
    {
        JsonElement operation = Case().EnumerateArray().First(candidate => candidate.GetProperty("op").GetString() == name);
        GoldenTensors file = new(GoldenPath.Of("models", "ops", "io.safetensors"));
        using TensorScope scope = _context.BeginScope();
        OperationInputs inputs = new(_context, file, name, operation.GetProperty("options"));
        Tensor output = GoldenOperations.Run(name, inputs).Retain();
        Closeness.Require(output.Values, file.Numbers($"{name}/out"), operation.GetProperty("tolerance_float32").GetDouble(), name);
        if (inputs.Used.Count == 0)
        {
            return;
        }

        _context.Backward(output, file.Tensor(_context, $"{name}/cotangent"));
        foreach ((string input, Tensor tensor) in inputs.Used)
        {
            double[] expected = file.Numbers($"{name}/grad/{input}");
            Assert.NotNull(tensor.Gradient);
            Closeness.Require(tensor.Gradient.Values, expected, GradientTolerance, $"{name}, gradient of {input}", leastScale: 1e-6);
        }
    }

    private static JsonElement Case()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(GoldenPath.Of("models", "ops", "case.json")));
        return document.RootElement.GetProperty("ops").Clone();
    }
}
