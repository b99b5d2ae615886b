using System.Runtime.InteropServices;
using TaskVectors.Checkpoints.Safetensors;
using TaskVectors.Models.Autograd;
using TaskVectors.Tensors;

namespace TaskVectors.Models;

/// <summary>Writes what a model gave, and gradients of its parameters, as a safetensors file of F32 tensors.</summary>
public static class ModelOutputFile
{
    /// <summary>What stands before the name of a parameter whose gradient is meant.</summary>
    public const string GradientPrefix = "grad/";

    /// <summary>The tensors of outputs, copied: what Backward releases afterwards is kept.</summary>
    /// <param name="outputs">The outputs.</param>
    public static IReadOnlyList<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> Collect(ModelOutputs outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return [.. outputs.Select(output => Encode(output.Key, output.Value))];
    }

    /// <summary>The gradients of a model's parameters under <c>grad/NAME</c>; zeros where nothing depends on a parameter.</summary>
    /// <param name="model">The model, after Backward.</param>
    public static IReadOnlyList<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> CollectGradients(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. model.Parameters.Where(parameter => parameter.Value.RequiresGradient).Select(parameter => parameter.Value.Gradient is { } gradient
            ? Encode(GradientPrefix + parameter.Key, gradient)
            : Zeros(GradientPrefix + parameter.Key, parameter.Value.Shape))];
    }

    /// <summary>Writes a file; an existing one is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">What to write.</param>
    /// <exception cref="TaskVectorsException">Writing failed.</exception>
    public static void Write(string path, IEnumerable<(TensorInfo Tensor, ReadOnlyMemory<byte> Values)> tensors) => SafetensorsFile.Write(path, tensors);

    private static (TensorInfo Tensor, ReadOnlyMemory<byte> Values) Encode(string name, Tensor tensor) =>
        (Info(name, tensor.Shape), MemoryMarshal.AsBytes(tensor.Values).ToArray());

    private static (TensorInfo Tensor, ReadOnlyMemory<byte> Values) Zeros(string name, TensorShape shape) =>
        (Info(name, shape), new byte[shape.ElementCount * sizeof(float)]);

    private static TensorInfo Info(string name, TensorShape shape) => new(name, DType.F32, shape);
}
